import type { Contender } from './contender.ts'

/** Relative difference of two losses up to which they count as equal. */
export const lossTolerance = 1e-4

/**
 * The losses of the first contender and the largest relative difference of another one's from them. All start from the
 * same predictor, so losses after the first also compare gradients and optimisers. Throws above `lossTolerance`.
 */
export async function checkAgreement(
  contenders: readonly Contender[],
  steps: number,
): Promise<{ readonly losses: readonly number[]; readonly difference: number }> {
  const [first, ...others] = contenders
  if (first === undefined) throw new Error('There is nothing to compare.')
  const expected = await first.losses(steps)
  let largest = 0
  for (const contender of others) {
    const losses = await contender.losses(steps)
    const differences = expected.map((loss, at) => Math.abs((losses[at] ?? Number.NaN) - loss) / Math.abs(loss))
    const difference = Math.max(...differences)
    if (!(difference <= lossTolerance)) {
      throw new Error(
        `${contender.system} (${contender.variant}) computes something else: losses ${losses.join(', ')}, ` +
          `${first.system} (${first.variant}) has ${expected.join(', ')}.`,
      )
    }
    largest = Math.max(largest, difference)
  }
  return { losses: expected, difference: largest }
}
