import { buildNetwork } from '#networks/architectures.ts'
import { networkShape } from '#networks/network-shape.ts'
import type { NetworkShape } from '#shared/package/accounting.ts'
import { unwrap } from '#shared/basics/result.ts'

/** Shape of the network in resources/samples, without reading it: sizes can be estimated before it is in the store. */
export function sampleShape(): NetworkShape {
  const classes = 10
  return networkShape(unwrap(buildNetwork('resnet20-cifar-b', classes)))
}
