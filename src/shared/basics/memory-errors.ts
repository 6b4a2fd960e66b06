/** How engines, allocators and runtimes say that they got no more memory: V8, C++, ONNX Runtime, TensorFlow, Chromium. */
const signs: readonly RegExp[] = [
  /heap out of memory/i,
  /allocation failed/i,
  /bad_?alloc/i,
  /failed to allocate memory/i,
  /out of memory/i,
  /cannot allocate memory/i,
  // The loader, for the libraries of an engine.
  /failed to map segment/i,
  /\boom\b/i,
]

/** Whether a message says that there was no memory left. */
export function isMemoryText(text: string): boolean {
  return signs.some((sign) => sign.test(text))
}
