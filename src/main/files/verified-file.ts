import { readFile } from 'node:fs/promises'
import { sha256Of } from './sha256.ts'

/** The bytes of a file that is what was written, or what is wrong with it, as the end of a sentence. */
type VerifiedFile =
  | { readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly code: 'file-unreadable' | 'file-corrupt'; readonly problem: string }

/** Reads a file whose SHA-256 is known. */
export async function readVerified(path: string, sha256: string): Promise<VerifiedFile> {
  const bytes = await readFile(path).catch(() => undefined)
  if (bytes === undefined) return { code: 'file-unreadable', problem: 'cannot be read' }
  if (sha256Of(bytes) === sha256) return { bytes }
  return { code: 'file-corrupt', problem: 'has changed since it was written' }
}
