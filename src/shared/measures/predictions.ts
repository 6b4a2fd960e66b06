/**
 * What a network predicted of each image of a split, as the trainer sends it, the store keeps it and a comparison reads
 * it: class indices in the order of the split, one byte each, or two little-endian where there are more than 256 classes;
 * and how sure it was of them, the softmax of the class it chose, as two little-endian bytes of 1/65535.
 */

const classesInOneByte = 256

/** Bytes of one class index an image; `classes` is how many the network tells apart. */
export function encodePredictions(indices: Uint16Array, classes: number): Uint8Array<ArrayBuffer> {
  if (classes <= classesInOneByte) return Uint8Array.from(indices)
  const bytes = new Uint8Array(indices.length * 2)
  const view = new DataView(bytes.buffer)
  indices.forEach((index, image) => view.setUint16(2 * image, index, true))
  return bytes
}

/** The class index of each image; `classes` as it was encoded with. */
export function decodePredictions(bytes: Uint8Array, classes: number): ArrayLike<number> {
  if (classes <= classesInOneByte) return bytes
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Uint16Array.from({ length: bytes.byteLength / 2 }, (_, image) => view.getUint16(2 * image, true))
}

const certain = 0xff_ff

/** Two bytes an image; `confidences` are in [0, 1]. */
export function encodeConfidences(confidences: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(confidences.length * 2)
  const view = new DataView(bytes.buffer)
  confidences.forEach((confidence, image) => view.setUint16(2 * image, Math.round(confidence * certain), true))
  return bytes
}

/** In [0, 1], an image each. */
export function decodeConfidences(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Float32Array.from({ length: bytes.byteLength / 2 }, (_, image) => view.getUint16(2 * image, true) / certain)
}
