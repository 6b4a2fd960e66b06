/** `wanted`, or `wanted 2`, `wanted 3` ... whichever is free first. */
export function uniqueName(wanted: string, taken: Iterable<string>): string {
  const names = new Set(taken)
  if (!names.has(wanted)) return wanted
  for (let number = 2; ; number++) {
    const candidate = `${wanted} ${number}`
    if (!names.has(candidate)) return candidate
  }
}
