/** The Electron that the bootstrap has provided, and how tests start it. */

function fromBootstrap(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`${name} is not set: start these tests by npm run test:e2e`)
  return value
}

export function electronExecutable(): string {
  return fromBootstrap('NERN_ELECTRON')
}

export function electronVersion(): string {
  return fromBootstrap('NERN_ELECTRON_VERSION')
}

/** Chromium refuses its sandbox to root, and only to root. */
export function sandboxArguments(): readonly string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : []
}
