/** Wrong use of the command line: exit code 2, with the usage of the command. */
export class UsageError extends Error {
  readonly remedy: string | undefined

  constructor(message: string, remedy?: string) {
    super(message)
    this.name = 'UsageError'
    this.remedy = remedy
  }
}
