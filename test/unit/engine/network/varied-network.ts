import { NetworkBuilder } from '#networks/network-builder.ts'
import type { Network } from '#networks/network.ts'

/** The nodes that a residual network lacks; test/fixtures/networks/make_layers.py says it in PyTorch. */
export function variedNetwork(): Network {
  const builder = new NetworkBuilder()
  const convolution = (
    module: string,
    input: string,
    options: { filters: number; size?: number; stride?: number; groups?: number; hasBias?: boolean },
  ): string => {
    const { filters, size = 3, stride = 1, groups = 1, hasBias = true } = options
    const padding = (size - 1) / 2
    return builder.convolution(module, input, {
      filters,
      kernelSize: [size, size],
      stride: [stride, stride],
      padding: [padding, padding],
      groups,
      hasBias,
      isRepresented: true,
    })
  }
  const stem = convolution('stem', builder.input(3), { filters: 8, size: 5 })
  const clipped = builder.relu6('clipped', builder.batchNorm('bn', stem))
  const pooled = builder.maxPool('pooled', clipped, 3, { stride: 2, padding: 1 })
  const blurred = builder.averagePool('blurred', pooled, 3, { stride: 1, padding: 1 }, true)
  const deep = convolution('deep', blurred, { filters: 8, stride: 2, groups: 8, hasBias: false })
  const twice = convolution('twice', builder.relu6('deepClipped', deep), { filters: 16, groups: 8 })
  const grouped = builder.relu('rectified', convolution('grouped', twice, { filters: 12, groups: 4 }))
  const left = builder.channelSlice('left', grouped, 0, 6)
  const right = builder.channelSlice('right', grouped, 6, 6)
  const averaged = builder.averagePool('averaged', right, 3, { stride: 1, padding: 1 }, false)
  const wide = convolution('wide', averaged, { filters: 10, size: 7, hasBias: false })
  const joined = builder.concat('joined', [left, wide])
  const shuffled = builder.channelShuffle('shuffled', joined, 4)
  const flat = builder.flatten('flat', builder.adaptiveAveragePool('adapted', shuffled, [2, 3]), 6)
  return builder.build({
    architecture: 'varied',
    title: 'Varied',
    inputShape: { channels: 3, height: 13, width: 13 },
    classes: 3,
    output: builder.linear('fc', flat, 3),
    featureMaps: { faithful: [clipped, joined], documented: [clipped, joined] },
  })
}
