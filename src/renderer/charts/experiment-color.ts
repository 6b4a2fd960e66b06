/** Of `--experiment-1` and its like in tokens.css. */
const colors = 24

/**
 * The name of the colour of an experiment, the same in the table and in every chart. Numbers that follow each other, as a
 * batch has them, differ most.
 * @param number of the experiment in the order in which all were made
 */
export function experimentColor(number: number): string {
  return `--experiment-${(number % colors) + 1}`
}
