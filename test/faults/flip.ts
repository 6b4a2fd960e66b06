import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Random } from '#shared/basics/random.ts'

/** Changes one bit of a file; says which. */
export function flipBitOfFile(path: string, random: Random): string {
  const bytes = readFileSync(path)
  const at = random.integer(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(8))
  writeFileSync(path, bytes)
  return `a bit of byte ${at} of ${basename(path)} flipped`
}

const PAGE_BYTES = 4096

/** Overwrites a page of a file with zeros, as a disk does that lost it; says which. */
export function zeroPageOfFile(path: string, page: number): string {
  const bytes = readFileSync(path)
  bytes.fill(0, page * PAGE_BYTES, (page + 1) * PAGE_BYTES)
  writeFileSync(path, bytes)
  return `page ${page} of ${basename(path)} zeroed`
}
