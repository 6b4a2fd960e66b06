/**
 * What presets cost in accuracy, as the project measured it: on all 10,000 test images of CIFAR-10, the file decoded. Only
 * presets that were measured just as they are. A test holds every row to the document that tells it.
 */

/** A network that outcomes were measured on. */
export interface MeasuredNetwork {
  readonly title: string
  /** Of the catalogue: the outcome is shown first for networks of the same architecture. */
  readonly architecture: string
}

export interface MeasuredOutcome {
  readonly presetId: string
  readonly network: MeasuredNetwork
  /** Accuracy of the compressed network minus that of the original, in percentage points; the mean of the seeds. */
  readonly points: number
  readonly seeds: number
  readonly document: 'docs/results.md' | 'docs/baselines.md'
  /** The words there, white space aside. */
  readonly quote: string
}

const sample: MeasuredNetwork = { title: 'the sample ResNet-20', architecture: 'resnet20-cifar-b' }
const akamaster: MeasuredNetwork = { title: 'the published ResNet-20', architecture: 'resnet20-cifar-a' }

const result = { network: sample, seeds: 1, document: 'docs/results.md' } as const

const ofResults: readonly MeasuredOutcome[] = [
  { ...result, presetId: 'fast', points: -0.31, quote: '91.52 % of 91.83 % (-0.31 points)' },
  { ...result, presetId: 'small', points: -0.48, seeds: 3, quote: 'sample **91.35 ± 0.11 %, 0.48 points at 10.2x**' },
  {
    ...result,
    presetId: 'small',
    network: akamaster,
    points: -0.85,
    seeds: 3,
    quote: 'akamaster **90.88 ± 0.38 %, 0.85 points at 10.2x**',
  },
  {
    ...result,
    presetId: 'fast-data-free',
    points: -1.1,
    quote: '| uniform noise | 91.56 % | 90.73 % | -1.10 |',
  },
  {
    ...result,
    presetId: 'spectral',
    points: -0.46,
    quote: '| sample | 15x | 72,980 | 15.02x | 91.37 % | -0.46 |',
  },
  {
    ...result,
    presetId: 'spectral',
    network: akamaster,
    points: -0.25,
    quote: '| akamaster | 15x | 72,118 | 15.04x | 91.48 % | -0.25 |',
  },
  { ...result, presetId: 'spectral-distilled', points: -0.46, seeds: 3, quote: '91.37 (-0.46) | 54,692 to 54,703' },
  { ...result, presetId: 'entropy-qat', points: -0.53, seeds: 3, quote: '91.30 (-0.53) | 54,662 to 54,684' },
]

/** Of docs/baselines.md: preset without its prefix, name of its row, points. */
const baselineRows: readonly (readonly [string, string, string])[] = [
  ['float16', 'float16', '0.00'],
  ['int8', 'int8', '+0.06'],
  ['int6', 'int6', '+0.05'],
  ['int5', 'int5', '-0.86'],
  ['int4', 'int4', '-1.99'],
  ['int3', 'int3', '-29.30'],
  ['int2', 'int2', '-82.32'],
  ['kmeans5', 'k-means, 5 bits', '-0.41'],
  ['kmeans4', 'k-means, 4 bits', '-0.98'],
  ['kmeans3', 'k-means, 3 bits', '-10.59'],
  ['kmeans2', 'k-means, 2 bits', '-78.10'],
  ['pruned70', 'pruned to 70 %', '-0.66'],
  ['pruned50', 'pruned to 50 %', '-2.78'],
  ['pruned30', 'pruned to 30 %', '-13.75'],
  ['lowrank99', 'low rank, 99 %', '+0.05'],
  ['lowrank98', 'low rank, 98 %', '-0.03'],
  ['lowrank95', 'low rank, 95 %', '-1.71'],
]

export const measuredOutcomes: readonly MeasuredOutcome[] = [
  ...ofResults,
  ...baselineRows.map(([preset, row, points]): MeasuredOutcome => ({
    presetId: `baseline-${preset}`,
    network: sample,
    points: Number(points),
    seeds: 1,
    document: 'docs/baselines.md',
    quote: `| ${row} |`,
  })),
]

/** Of a preset, on a network of this architecture where there is one, else on another; undefined where none was measured. */
export function measuredOutcome(presetId: string, architecture: string | undefined): MeasuredOutcome | undefined {
  const outcomes = measuredOutcomes.filter((outcome) => outcome.presetId === presetId)
  return outcomes.find(({ network }) => network.architecture === architecture) ?? outcomes[0]
}
