import { Random } from '../../basics/random.ts'
import { assertNever } from '../../basics/result.ts'
import type { ParameterValue } from '../../parameters/parameter-value.ts'
import type { Draw } from './sweep.ts'

/** Digits that a drawn number keeps: enough to tell two apart, few enough to read. */
const significantDigits = 4

/** `count` values for each of `draws`, in their order: the same seed gives the same ones. */
export function drawRows(draws: readonly Draw[], count: number, seed: number): readonly (readonly ParameterValue[])[] {
  const random = Random.fromSeed(seed, 'sweep')
  return Array.from({ length: count }, () => draws.map((draw) => drawn(draw, random)))
}

function drawn(draw: Draw, random: Random): ParameterValue {
  switch (draw.kind) {
    case 'choice':
      return draw.values[random.integer(draw.values.length)] ?? ''
    case 'integer':
      return draw.from + random.integer(draw.to - draw.from + 1)
    case 'uniform':
      return within(draw, draw.from + random.uniform() * (draw.to - draw.from))
    case 'log-uniform': {
      const value = draw.from * Math.exp(random.uniform() * Math.log(draw.to / draw.from))
      return within(draw, draw.isWhole ? Math.round(value) : value)
    }
    default:
      return assertNever(draw)
  }
}

/** Rounding must not leave the range. */
function within({ from, to }: { readonly from: number; readonly to: number }, value: number): number {
  return Math.min(to, Math.max(from, Number(value.toPrecision(significantDigits))))
}
