import { expect, it } from 'vitest'
import { evidenceOf } from '#renderer/features/networks/evidence.ts'
import { ownGraphPrefix } from '#shared/network/network-graph.ts'
import { networkRecord } from '#test/support/records.ts'

it.each([
  ['imported', 'resnet20-cifar-a', /names and shapes/],
  ['imported', `${ownGraphPrefix}0123456789abcdef`, /the graph that .* describes/],
  ['trained', 'resnet20-cifar-a', /trained here/],
] as const)('an %s network %s says how it is known', (kind, architecture, text) => {
  const { origin } = networkRecord()
  expect(evidenceOf({ architecture, origin: { ...origin, kind } })).toMatch(text)
})
