/** What a file probably is, by its name; undefined when the name does not say. The reader decides in the end. */
export function guessFileKind(fileName: string): 'network' | 'dataset' | undefined {
  const name = fileName.toLowerCase()
  if (/\.(pt|pth|th|ckpt|safetensors|onnx|npz)$/.test(name)) return 'network'
  if (/\.(tar\.gz|tgz|tar|zip|png)$/.test(name) || /^(data_batch_\d|test_batch)(\.bin)?$/.test(name)) return 'dataset'
  if (!name.includes('.') || /cifar/.test(name)) return 'dataset'
  return undefined
}
