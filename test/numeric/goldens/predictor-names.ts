/** Names of predictor tensors: the authors' `layers.0.weight` .. `final_linear_layer.bias`, ours `predictor.0.weight` .. */
import { predictorParameter } from '#engine/methods/nern/predictor.ts'
import type { HostTensor, HostTensors } from '#shared/tensors/host-tensor.ts'

function theirName(block: number, kind: 'weight' | 'bias', blocks: number): string {
  return block === blocks - 1 ? `final_linear_layer.${kind}` : `layers.${block}.${kind}`
}

/** [their name, our name] in layer order. */
export function predictorNames(blocks: number): readonly (readonly [string, string])[] {
  return Array.from({ length: blocks }, (_, block) =>
    (['weight', 'bias'] as const).map(
      (kind) => [theirName(block, kind, blocks), predictorParameter(block, kind)] as const,
    ),
  ).flat()
}

/** Predictor parameters, given under the authors' names. */
export function predictorParameters(tensors: HostTensors, blocks: number): HostTensors {
  const parameters: Record<string, HostTensor> = {}
  for (const [theirs, ours] of predictorNames(blocks)) {
    const tensor = tensors[theirs]
    if (tensor === undefined) throw new Error(`the case has no predictor tensor ${theirs}`)
    parameters[ours] = tensor
  }
  return parameters
}
