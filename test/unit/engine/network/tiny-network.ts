import { NetworkBuilder } from '#networks/network-builder.ts'
import type { Network } from '#networks/network.ts'

/** Every operation of the zoo in 870 parameters; test/fixtures/networks/make_training_steps.py says it in PyTorch. */
export function tinyNetwork(): Network {
  const builder = new NetworkBuilder()
  const convolution = (module: string, input: string, filters: number, stride: number): string =>
    builder.convolution(module, input, {
      filters,
      kernelSize: [3, 3],
      stride: [stride, stride],
      padding: [1, 1],
      isRepresented: true,
    })
  const stem = builder.relu('relu1', builder.batchNorm('bn1', convolution('conv1', builder.input(3), 2, 1)))

  const padded = builder.batchNorm('padded.bn1', convolution('padded.conv1', stem, 4, 2))
  const padding = builder.subsamplePad('padded.shortcut', stem, 1, 1)
  const middle = builder.relu('padded.relu', builder.add('padded.add', padded, padding))

  const projected = builder.batchNorm('projected.bn1', convolution('projected.conv1', middle, 6, 2))
  const projection = builder.convolution('projected.shortcut.0', middle, {
    filters: 6,
    kernelSize: [1, 1],
    stride: [2, 2],
    isRepresented: true,
  })
  const sum = builder.add('projected.add', projected, builder.batchNorm('projected.shortcut.1', projection))
  const pooled = builder.globalAveragePool('pool', builder.relu('projected.relu', sum))
  return builder.build({
    architecture: 'tiny',
    title: 'Tiny',
    inputShape: { channels: 3, height: 8, width: 8 },
    classes: 3,
    output: builder.linear('linear', pooled, 3),
    featureMaps: { faithful: [sum, sum], documented: [projected, sum] },
  })
}
