import type { HostTensors } from '#shared/tensors/host-tensor.ts'

export interface LayerError {
  readonly name: string
  readonly shape: number[]
  /** ||w - w'|| / ||w||; 0 for a layer of zeros that is met exactly. */
  readonly relativeError: number
}

/** Per layer, and over all represented weights. */
export function reconstructionErrors(
  original: HostTensors,
  reconstructed: HostTensors,
): { readonly layers: LayerError[]; readonly relativeError: number } {
  let allErrors = 0
  let allSquares = 0
  const layers = Object.entries(reconstructed).map(([name, { shape, data }]) => {
    const truth = original[name]?.data ?? new Float32Array(data.length)
    let errors = 0
    let squares = 0
    truth.forEach((weight, at) => {
      errors += (weight - (data[at] ?? 0)) ** 2
      squares += weight ** 2
    })
    allErrors += errors
    allSquares += squares
    return { name, shape: [...shape], relativeError: ratio(errors, squares) }
  })
  return { layers, relativeError: ratio(allErrors, allSquares) }
}

function ratio(errors: number, squares: number): number {
  return errors === 0 ? 0 : Math.sqrt(errors / squares)
}
