import { expect, test } from 'vitest'
import { segmentsOf } from '#shared/methods/nern/phases.ts'
import { compressConfigSchema } from '#shared/methods/nern/config.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { compressPresets } from '#shared/methods/nern/presets.ts'
import { compressPresetConfig } from '#test/support/preset-config.ts'

test.each(compressPresets)('preset $id is a valid configuration', ({ config }) => {
  expect(compressConfigSchema.parse(config)).toEqual(config)
})

test('no two presets share an identifier or a title', () => {
  expect(new Set(compressPresets.map(({ id }) => id)).size).toBe(compressPresets.length)
  expect(new Set(compressPresets.map(({ title }) => title)).size).toBe(compressPresets.length)
})

/** Tables of method 3 and 4.3: steps, batch, sampled kernels, weight of both distillations, warm-up, evaluations. */
test.each([
  { id: 'published-resnet20-cross-filter-160', row: [68_600, 256, 4096, 1e-4, 0, 196, 'flip-crop'] },
  { id: 'published-resnet56-in-filter-280', row: [68_600, 256, 4096, 1e-5, 10_000, 196, 'flip-crop'] },
  { id: 'published-resnet56-cifar100-cross-filter-400', row: [88_200, 256, 4096, 1e-5, 10_000, 196, 'flip-crop'] },
  ...[1024, 1140, 1256, 1372].map((hiddenSize) => ({
    id: `published-resnet18-imagenet-cross-filter-${hiddenSize}`,
    row: [160_000, 32, 65_536, 1e-6, 20_000, 4000, 'resized-crop'],
  })),
])('$id has the constants of the method', ({ id, row }) => {
  const { predictor, permutation, distillation, evaluation } = compressPresetConfig(id)
  const { steps, dataBatch, sampling, featureMapWeight, warmupSteps, augmentation } = distillation
  expect([
    steps,
    dataBatch,
    sampling.kernels,
    featureMapWeight,
    warmupSteps,
    evaluation.everySteps,
    augmentation,
  ]).toEqual(row)
  expect(distillation.distillationWeight).toBe(featureMapWeight)
  expect(id.endsWith(`${permutation.mode}-${predictor.hiddenSize}`)).toBe(true)
})

test('every published recipe optimises as method 4.1 says', () => {
  const published = compressPresets.filter(({ id }) => id.startsWith('published-'))
  for (const { config } of published) {
    expect(config.distillation.optimizer).toEqual({
      type: 'ranger',
      learningRate: 5e-3,
      minLearningRate: 1e-6,
      schedule: 'cosine',
      warmupSteps: 0,
      beta1: 0.5,
      beta2: 0.999,
      epsilon: 1e-5,
      weightDecay: 1e-3,
    })
    expect(config.reconstruction.steps).toBe(0)
    expect(config.embedding).toEqual({ type: 'positional', base: 0.76, levels: 40 })
  }
})

test('the descriptions of published recipes say what was reported, or that nothing was', () => {
  const described = (hiddenSize: number) =>
    compressPresets.find(({ id }) => id === `published-resnet18-imagenet-cross-filter-${hiddenSize}`)?.description
  expect(described(1256)).toContain('68.77 % of 69.76 %')
  expect(described(1024)).toContain('no weights of this size')
})

test('the small preset is the fast one, wider and without a permutation, its predictor trained as integers of 6 bits at most', () => {
  const small = compressPresetConfig('small')
  expect(small).toEqual({
    ...fastConfig,
    predictor: { ...fastConfig.predictor, hiddenSize: 188 },
    permutation: { ...fastConfig.permutation, mode: 'none' },
    distillation: { ...fastConfig.distillation, steps: 100 },
    quantisation: { ...fastConfig.quantisation, steps: 800 },
    storage: { ...fastConfig.storage, predictor: 'int7', codedBits: 5.7, remainder: 'int8' },
  })
})

test('Adam warms up in every phase with images of our own recipes, and is done with it long before the phase ends', () => {
  for (const { id, config } of compressPresets) {
    if (id.startsWith('published-')) continue
    for (const { phase, steps } of segmentsOf(config)) {
      const { optimizer } = config[phase]
      if (phase === 'reconstruction') continue
      expect([id, optimizer.type]).toEqual([id, 'adam'])
      expect(optimizer.warmupSteps).toBeGreaterThan(0)
      expect(optimizer.warmupSteps).toBeLessThanOrEqual(steps / 3)
    }
  }
})
