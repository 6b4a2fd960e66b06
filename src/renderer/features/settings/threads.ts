/** The typed number of threads, or undefined when it is not one the settings accept. */
export function parseThreads(text: string): number | undefined {
  if (!/^\d{1,4}$/.test(text.trim())) return undefined
  const threads = Number(text)
  return threads <= 1024 ? threads : undefined
}
