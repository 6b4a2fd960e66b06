/** A share in a title: `50 %`, `0.5 %`. */
export function percentTitle(share: number): string {
  return `${Number((100 * share).toFixed(2))} %`
}
