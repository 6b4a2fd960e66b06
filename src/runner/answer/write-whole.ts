import { renameSync, writeFileSync } from 'node:fs'

/** Whoever reads the file meanwhile, or after a kill, finds all of it, or what was there before. */
export function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.part`
  writeFileSync(temporary, text)
  renameSync(temporary, path)
}
