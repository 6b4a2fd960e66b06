import { existsSync } from 'node:fs'
import { assertImageCache } from '../files/image-cache-digest.ts'
import { datasetPath } from '../store/layout.ts'
import type { Store } from '../store/store.ts'

/** Of each open store the image caches that were read whole since it was opened, by digest. */
const whole = new WeakMap<Store, Map<string, Promise<void>>>()

/**
 * Reads an image cache through when it is first used after a start, and compares it with its digests: a shifted label is
 * no damage that anything else would notice. Throws `file-corrupt`. One that is not there is its reader's business.
 */
export function assertWholeCache(store: Store, sha256: string): Promise<void> {
  const known = whole.get(store) ?? new Map<string, Promise<void>>()
  whole.set(store, known)
  const checked = known.get(sha256) ?? readThrough(datasetPath(store.layout, sha256), sha256)
  known.set(sha256, checked)
  // Somebody may put the right file back.
  checked.catch(() => known.delete(sha256))
  return checked
}

async function readThrough(folder: string, sha256: string): Promise<void> {
  if (existsSync(folder)) await assertImageCache(folder, sha256)
}
