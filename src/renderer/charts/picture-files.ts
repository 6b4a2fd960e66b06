/** Twice as many pixels as the picture is large: sharp on paper and on dense screens. */
const pixelsPerUnit = 2

/** A PNG file of an SVG file, as base64. */
export async function pngOfSvg(svg: string): Promise<string> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = pixelsPerUnit * image.naturalWidth
  canvas.height = pixelsPerUnit * image.naturalHeight
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  const url = canvas.toDataURL('image/png')
  const start = 'data:image/png;base64,'
  if (!url.startsWith(start)) throw new Error('The browser made no PNG file of the picture.')
  return url.slice(start.length)
}
