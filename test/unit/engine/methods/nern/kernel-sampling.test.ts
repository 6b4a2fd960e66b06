import { expect, test } from 'vitest'
import { KernelSampler } from '#engine/methods/nern/kernel-sampling.ts'
import { Random } from '#shared/basics/random.ts'

const norms = Float64Array.of(0, 1, 2, 3, 4, 0)

/** How often each kernel was drawn in `draws` draws. */
function frequencies(sampler: KernelSampler, draws: number): number[] {
  const random = Random.fromSeed(5)
  const counts = Array.from({ length: norms.length }, () => 0)
  for (let draw = 0; draw < draws; draw++) {
    for (const kernel of sampler.draw(random)) counts[kernel] = (counts[kernel] ?? 0) + 1
  }
  return counts.map((count) => count / draws)
}

test('all draws every kernel in order', () => {
  expect([...new KernelSampler('all', norms, 2).draw(Random.fromSeed(1))]).toEqual([0, 1, 2, 3, 4, 5])
})

test('uniform draws distinct kernels, each as often as the others', () => {
  const sampler = new KernelSampler('uniform', norms, 4)
  const random = Random.fromSeed(2)
  for (let draw = 0; draw < 100; draw++) expect(new Set(sampler.draw(random)).size).toBe(4)
  for (const frequency of frequencies(sampler, 6000)) expect(frequency).toBeCloseTo(4 / 6, 1)
})

test('uniform with replacement repeats kernels', () => {
  const sampler = new KernelSampler('uniform-with-replacement', norms, 6)
  for (const frequency of frequencies(sampler, 6000)) expect(frequency).toBeCloseTo(1, 1)
  const random = Random.fromSeed(3)
  expect(Array.from({ length: 50 }, () => new Set(sampler.draw(random)).size)).toContain(4)
})

test('magnitude-weighted draws one time in five in proportion to the norms, with replacement', () => {
  const sampler = new KernelSampler('magnitude-weighted', norms, 3)
  const expected = Array.from(norms, (norm) => 0.8 * (3 / 6) + 0.2 * 3 * (norm / 10))
  frequencies(sampler, 20_000).forEach((frequency, kernel) => {
    expect(Math.abs(frequency - (expected[kernel] ?? NaN))).toBeLessThan(0.02)
  })
})

test('a network of zeros is drawn uniformly', () => {
  const sampler = new KernelSampler('magnitude-weighted', new Float64Array(6), 3)
  for (const frequency of frequencies(sampler, 6000)) expect(frequency).toBeCloseTo(3 / 6, 1)
})

test('more kernels than there are means all of them', () => {
  const sampler = new KernelSampler('uniform', norms, 100)
  expect(sampler.count).toBe(6)
  expect([...sampler.draw(Random.fromSeed(4))].sort()).toEqual([0, 1, 2, 3, 4, 5])
})

test.each(['uniform', 'uniform-with-replacement', 'magnitude-weighted'] as const)(
  'the generator is the only state of %s',
  (method) => {
    const used = new KernelSampler(method, norms, 3)
    const random = Random.fromSeed(6)
    for (let draw = 0; draw < 10; draw++) used.draw(random)
    const { state } = random
    const next = [used.draw(random), used.draw(random)]
    const resumed = Random.fromState(state)
    const fresh = new KernelSampler(method, norms, 3)
    expect([fresh.draw(resumed), fresh.draw(resumed)]).toEqual(next)
  },
)
