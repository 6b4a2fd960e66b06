/** The typed whole number from 0 to `most`, or undefined when it is not one. */
export function parseWholeNumber(text: string, most: number): number | undefined {
  if (!/^\d{1,4}$/.test(text.trim())) return undefined
  const value = Number(text)
  return value <= most ? value : undefined
}
