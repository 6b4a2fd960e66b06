/** What a reader of pixels should know of PNG images before they are decoded: some have 16 bits a channel. */
import { openFileSource } from '../byte-source.ts'

/** Offset in bytes of the header's sample depth (PNG, third edition, 11.2.1), behind signature, length and type. */
const DEPTH_AT = 24
/** A look at a few says what the whole set is like. */
const MAX_LOOKED_AT = 100

/**
 * The first of `files` that has 16 bits a channel; looks at the first hundred of them at most. What cannot be read is not
 * said here: decoding it will say so.
 */
export async function firstDeepPng(files: readonly string[]): Promise<string | undefined> {
  for (const path of files.slice(0, MAX_LOOKED_AT)) {
    const opened = await openFileSource(path)
    if (!opened.ok) continue
    try {
      if (opened.value.size <= DEPTH_AT) continue
      const [depth] = await opened.value.read(DEPTH_AT, 1)
      if (depth === 16) return path
    } finally {
      await opened.value.close()
    }
  }
  return undefined
}
