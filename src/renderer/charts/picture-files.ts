/** Twice as many pixels as the picture is large: sharp on paper and on dense screens. */
const pixelsPerUnit = 2

/** A PNG file of an SVG file. */
export async function pngOfSvg(svg: string): Promise<Uint8Array<ArrayBuffer>> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = pixelsPerUnit * image.naturalWidth
  canvas.height = pixelsPerUnit * image.naturalHeight
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (blob === null) throw new Error('The browser made no PNG file of the picture.')
  return new Uint8Array(await blob.arrayBuffer())
}
