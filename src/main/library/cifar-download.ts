import { join } from 'node:path'
import type { OfficialArchive } from '#formats/cifar/official-archives.ts'
import { AppException } from '#shared/basics/result.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { assertFreeDisk } from '../files/disk-space.ts'
import { download } from '../files/download.ts'
import type { TaskReport } from '../context/tasks.ts'

/** Fixed file tokens: the archive of the official site instead of a file. */
const downloadTokens: ReadonlyMap<string, OfficialArchive['kind']> = new Map([
  ['download:cifar10', 'cifar10'],
  ['download:cifar100', 'cifar100'],
])

/** All four are of 160 to 171 MB. */
const mostArchiveBytes = 256 * 2 ** 20

export function isDownload(token: string): boolean {
  return downloadTokens.has(token)
}

/**
 * The path of the official archive that `token` names, fetched into the store's folder for downloads, where whoever has
 * imported it removes it. Errors: those of `download`; `disk-full` before anything is fetched.
 */
export async function fetchCifar(
  { store, archives, clock }: StudioContext,
  token: string,
  report: TaskReport,
): Promise<string> {
  const kind = downloadTokens.get(token)
  // Records are the same in all forms; the binary one is the smallest, and sums of its files are known.
  const archive = archives.find((known) => known.kind === kind && known.form === 'binary')
  if (archive === undefined) throw new AppException({ code: 'not-found', message: `There is no download ${token}.` })
  const { downloads } = store.layout
  await assertFreeDisk(store.layout.folder, mostArchiveBytes)
  const path = join(downloads, archive.fileName)
  const stop = new AbortController()
  const forget = report.onCancel(() => stop.abort())
  try {
    const title = `Fetching ${archive.fileName} from ${new URL(archive.url).host}`
    report.progress(title, 0, 0)
    await download({
      url: archive.url,
      path,
      md5: archive.md5,
      maxBytes: mostArchiveBytes,
      signal: stop.signal,
      clock,
      onProgress: throttled(clock, (done, total) => report.progress(title, done, total)),
    })
  } finally {
    forget()
  }
  return path
}

/** A connection gives thousands of pieces; people read a few lines a second. */
function throttled(clock: StudioContext['clock'], show: (done: number, total: number) => void) {
  let shownMs = -Infinity
  return (done: number, total: number): void => {
    const nowMs = clock.now()
    if (nowMs - shownMs < 250 && done !== total) return
    shownMs = nowMs
    show(done, total)
  }
}
