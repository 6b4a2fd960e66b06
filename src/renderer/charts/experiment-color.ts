/** Of `--experiment-1` and its like in tokens.css. */
const colors = 24

/**
 * The name of the colour of an experiment, the same in the table and in every chart, for good. Those made one after the
 * other, as a batch is, differ most.
 */
export function experimentColor({ number }: { readonly number: number }): string {
  return `--experiment-${((number - 1) % colors) + 1}`
}
