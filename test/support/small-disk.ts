import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it, onTestFinished } from 'vitest'

function mount(folder: string, sizeBytes: number): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', folder]).status === 0
}

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  const folder = mkdtempSync(join(tmpdir(), 'nern-disk-'))
  const isMounted = mount(folder, 4096)
  if (isMounted) spawnSync('umount', ['-l', folder])
  rmSync(folder, { recursive: true, force: true })
  return isMounted
}

/** `it` for tests that need a disk of their own: skipped by name where none can be made, except in CI, where they fail. */
export const itOnSmallDisk =
  process.env['CI'] !== undefined || canMount()
    ? it
    : (name: string, _test: () => unknown) => it.skip(`${name} (needs root on Linux, to mount a tmpfs)`)

/** A real disk of this size in memory, gone when the test ends. */
export function smallDisk(sizeBytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'nern-disk-'))
  if (!mount(folder, sizeBytes)) throw new Error('A tmpfs cannot be mounted: run the tests as root on Linux.')
  onTestFinished(() => {
    // Lazily: a process that was started on it may be about to end.
    spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** Fills a disk to its last byte with one file; returns the function that removes it. */
export function fillDisk(folder: string): () => void {
  const path = join(folder, 'filler')
  const file = openSync(path, 'w')
  for (const size of [1 << 16, 1 << 12, 1]) {
    const piece = new Uint8Array(size)
    try {
      // Ends by what the full disk throws.
      while (writeSync(file, piece) > 0);
    } catch {
      continue
    }
  }
  closeSync(file)
  return () => rmSync(path)
}
