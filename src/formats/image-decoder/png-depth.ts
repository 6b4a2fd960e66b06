/** What a reader of pixels should know of PNG images before they are decoded: some have 16 bits a channel. */
import { ok } from '#shared/basics/result.ts'
import { withFileSource, type FileSource } from '../byte-source.ts'
import { asResult } from '../file-error.ts'

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
    const depth = await asResult(async () => ok(await withFileSource(path, depthOf)))
    if (depth.ok && depth.value === 16) return path
  }
  return undefined
}

async function depthOf(file: FileSource): Promise<number | undefined> {
  return file.size > DEPTH_AT ? (await file.read(DEPTH_AT, 1))[0] : undefined
}
