const titles: Readonly<Record<string, string>> = {
  safetensors: 'safetensors',
  'pytorch-zip': 'PyTorch checkpoint (zip)',
  'pytorch-legacy': 'PyTorch checkpoint (before 1.6)',
  npz: 'NumPy archive (npz)',
  onnx: 'ONNX graph',
  studio: 'trained by the studio',
}

/** The format a network came in, in words. */
export function formatTitle(format: string): string {
  return titles[format] ?? format
}
