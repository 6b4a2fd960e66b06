/** How a network that is none of the zoo's comes in, by what its tensors say of the program that made it. */

/** As a graph, which says itself what network it is. */
const onnxExport =
  'Export the network as ONNX and import that: torch.onnx.export(network.eval(), torch.zeros(1, 3, 224, 224), ' +
  '"network.onnx"), with the height and width of its images.'

/** Networks of Flax and Keras, whose tensors are named `kernel`. */
const jaxExport =
  'Export the network as ONNX and import that: jax2tf.convert(...) saved as a SavedModel, or the Keras network, then ' +
  'python -m tf2onnx.convert --saved-model FOLDER --output network.onnx (Keras: --keras FILE).'

/** The way in for a network with tensors of these names. */
export function wayIn(names: readonly string[]): string {
  if (isQuantised(names)) {
    return (
      'The tensors are those of a network whose layers were quantised and fused (torch.ao.quantization). Import the ' +
      `float weights it was made from, or a graph of it. ${onnxExport}`
    )
  }
  return names.some((name) => /(^|[./])kernel(:0)?$/.test(name)) ? jaxExport : onnxExport
}

/** Quantised layers of PyTorch keep scale and zero point of their output beside the weight, or pack them. */
function isQuantised(names: readonly string[]): boolean {
  const all = new Set(names)
  return names.some((name) => {
    if (name.includes('_packed_params')) return true
    return name.endsWith('zero_point') && all.has(name.replace(/zero_point$/, 'scale'))
  })
}
