/** 01: embeddings of coordinate triples, one variant an entry of the scalars. */
import {
  embedCoordinates,
  frequencies,
  type FourierEmbedding,
  type PositionalEmbedding,
} from '#engine/methods/nern/positional-embedding.ts'
import type { Checks } from '../checks.ts'
import { fields, type GoldenCase } from '../golden-case.ts'

/** Sines of float32 angles, ours in double precision: one rounding apart. Wider where a frequency is an ulp off. */
const tolerance = { positional: 2e-7, otherFrequency: 3e-4, fourier: 2e-4 }

export function checkEmbedding(golden: GoldenCase, checks: Checks): void {
  const coordinates = golden.indices('coords')
  const variants = Object.entries(golden.scalars).filter(([name]) => golden.has(name))
  for (const [name, description] of variants) {
    const variant = fields(description)
    const expected = golden.values(name)
    const columns = golden.shape(name)[1] ?? 0
    checks.equal(`${name} size`, columns, variant['output_size'])
    const embedding = embeddingOf(golden, name, variant)
    const actual = embedCoordinates(coordinates, embedding)
    if (embedding.type === 'fourier') {
      checks.allNear(name, actual, expected, tolerance.fourier)
      continue
    }
    const ours = frequencies(embedding)
    const theirs = golden.values(`${name}.freqs`)
    theirs.forEach((frequency, level) => {
      checks.near(`${name} frequency ${level}`, ours[level] ?? NaN, frequency, frequency * 2 ** -23)
    })
    const terms = embedding.fusion === 'sum' ? 3 : 1
    for (let at = 0; at < expected.length; at++) {
      const level = Math.floor((at % (2 * embedding.levels)) / 2)
      const isSame = ours[level] === theirs[level]
      const allowed = isSame ? terms * tolerance.positional : terms * tolerance.otherFrequency
      const difference = Math.abs((actual[at] ?? NaN) - (expected[at] ?? NaN))
      if (!(difference <= allowed)) checks.fact(`${name}[${at}]: differs by ${difference}, allowed ${allowed}`, false)
    }
    checks.equal(`${name} length`, actual.length, expected.length)
  }
}

function embeddingOf(
  golden: GoldenCase,
  name: string,
  variant: Readonly<Record<string, unknown>>,
): PositionalEmbedding | FourierEmbedding {
  const levels = Number(variant['N'])
  if (variant['pe_type'] === 'ffn') return { type: 'fourier', levels, directions: golden.values(`${name}.B`) }
  return {
    type: 'positional',
    base: Number(variant['base']),
    levels,
    fusion: variant['fusion'] === 'sum' ? 'sum' : 'concat',
  }
}
