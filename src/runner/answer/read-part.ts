import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppException } from '#shared/basics/result.ts'
import type { AnswerTo, RequestOf } from '#shared/cluster/requests.ts'
import { FILES, runFolder } from '../run-folder.ts'

/** Bytes of a file of a run, from an offset on. Throws `not-found` where it is no longer kept. */
export async function readPart(
  root: string,
  { runId, sha256, offset, length }: RequestOf<'read'>,
): Promise<{ readonly value: AnswerTo<'read'>; readonly bytes: Uint8Array }> {
  const path = join(runFolder(root, runId), FILES, sha256)
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) {
    throw new AppException({
      code: 'not-found',
      message: 'The file is no longer kept on the cluster.',
      where: path,
      remedy: 'A newer one may have taken its place.',
    })
  }
  const file = await open(path, 'r')
  try {
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, found.size - offset)))
    const { bytesRead } = await file.read(bytes, 0, bytes.byteLength, offset)
    return { value: { sizeBytes: found.size }, bytes: bytes.subarray(0, bytesRead) }
  } finally {
    await file.close()
  }
}
