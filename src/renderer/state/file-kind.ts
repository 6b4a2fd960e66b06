/** What a file probably is, by its name; undefined when the name does not say. The reader decides in the end. */
export function guessFileKind(fileName: string): 'network' | 'dataset' | undefined {
  const name = fileName.toLowerCase()
  // Before the networks: weights files are called .bin, too.
  if (/^(data_batch_\d|test_batch|train|test)(\.bin)?$/.test(name)) return 'dataset'
  if (/\.(pt|pth|th|bin|ckpt|safetensors|onnx|npz|h5|keras|pt2|tflite)$/.test(name)) return 'network'
  if (/\.(tar\.gz|tgz|tar|parquet|zip|png)$/.test(name)) return 'dataset'
  if (!name.includes('.') || /cifar/.test(name)) return 'dataset'
  return undefined
}
