import type { Executor } from '#engine/executors/executor.ts'
import { parameterSpecs } from '#engine/network/parameters.ts'
import { networkForward } from '#engine/network/forward.ts'
import type { Program } from '#engine/program/program.ts'
import { asMap } from '#engine/network/tensor-rank.ts'
import type { Network } from '#networks/network.ts'
import type { HostTensor, HostTensors } from '#shared/tensors/host-tensor.ts'

/**
 * Logits of normalised images [batch, channels, height, width], row-major. The weights are state, so that even the
 * largest network needs no second copy of them.
 */
export async function networkLogits(
  executor: Executor,
  network: Network,
  parameters: HostTensors,
  images: HostTensor,
): Promise<readonly number[]> {
  const program: Program = {
    name: `logits of ${network.architecture}`,
    inputs: { images },
    state: parameterSpecs(network, parameters, 'all').state,
    constants: {},
    build(tensors) {
      const given = tensors['images']
      if (given === undefined) throw new Error('no images')
      return { logits: networkForward(network, tensors, asMap(given), { mode: 'inference' }).logits }
    },
  }
  const compiled = await executor.compile(program)
  const state = executor.createState(parameters)
  try {
    const { logits } = await compiled.run({ images }, state)
    return Array.from(logits?.data ?? [])
  } finally {
    state.dispose()
    compiled.dispose()
  }
}
