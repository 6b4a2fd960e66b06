import { expect, test } from 'vitest'
import { networkSmoothness } from '#shared/network/network-smoothness.ts'

const layer = (shape: readonly number[], smoothness?: number, isRepresented = true) => ({
  shape,
  isRepresented,
  ...(smoothness === undefined ? {} : { smoothness }),
})

test('weighs represented layers by their pairs of neighbours', () => {
  // 2 x 3 kernels have 2 * 2 pairs along channels and 3 along filters; 1 x 2 kernels have one pair.
  const layers = [layer([2, 3, 3, 3], 0.5), layer([1, 2, 3, 3], -0.3), layer([9, 9, 3, 3], 1, false)]
  expect(networkSmoothness(layers)).toBeCloseTo((7 * 0.5 - 0.3) / 8, 12)
})

test('does not exist where no represented kernels are neighbours', () => {
  expect(networkSmoothness([layer([8, 8, 1, 1]), layer([8, 8, 3, 3], 0.4, false)])).toBeUndefined()
})
