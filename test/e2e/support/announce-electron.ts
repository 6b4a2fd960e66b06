import { electronVersion } from './electron.ts'

/** The report has to say which Electron it is about: the declared one and the fallback are years apart. */
export default function announceElectron(): void {
  process.stdout.write(`End-to-end tests in Electron ${electronVersion()}\n`)
}
