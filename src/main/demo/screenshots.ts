import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { NativeImage, NativeTheme, WebContents } from 'electron'
import type { Place } from '#shared/protocol/events.ts'
import { atomicWrite } from '../files/atomic-write.ts'

export interface Photographer {
  readonly page: Pick<WebContents, 'capturePage' | 'executeJavaScript'>
  readonly nativeTheme: Pick<NativeTheme, 'themeSource'>
  readonly show: (place: Place) => void
  readonly folder: string
}

/** The engines take seconds to be found, and images to be measured; what takes longer is shown as it is. */
const loadsAtMostMs = 30_000
const themes = ['light', 'dark'] as const
/** A live page never stands still: then the last picture counts. */
const settleAtMostMs = 4_000
const lookEveryMs = 200
/** Between two tasks of a page there is a moment without any. */
const looksWithoutWork = 3
/** Placeholders for what is still being read. */
const loading = '[role="status"][aria-label="Loading"]'
/** The sidebar's own bar is about the queue. */
const working = 'main [role="progressbar"]'

/**
 * Saves `NAME-light.png` and `NAME-dark.png` of a place, then gives the theme back. Returns the files' names.
 * @param moment `live` as soon as the page is read, `still` when nothing on it is being computed any more
 */
export async function photograph(
  photographer: Photographer,
  name: string,
  place: Place,
  moment: 'live' | 'still',
): Promise<readonly string[]> {
  const { page, nativeTheme, show, folder } = photographer
  const before = nativeTheme.themeSource
  const names: string[] = []
  await mkdir(folder, { recursive: true })
  show(place)
  await untilGone(page, moment === 'live' ? loading : `${loading}, ${working}`)
  try {
    for (const theme of themes) {
      nativeTheme.themeSource = theme
      const image = await settledPicture(page)
      const fileName = `${name}-${theme}.png`
      await atomicWrite(join(folder, fileName), image.toPNG())
      names.push(fileName)
    }
  } finally {
    nativeTheme.themeSource = before
  }
  return names
}

/** Waits until the page has had nothing that a selector finds for some looks. */
async function untilGone(page: Photographer['page'], selector: string): Promise<void> {
  let looks = 0
  for (let waitedMs = 0; looks < looksWithoutWork && waitedMs < loadsAtMostMs; waitedMs += lookEveryMs) {
    await wait(lookEveryMs)
    const isThere: unknown = await page.executeJavaScript(
      `document.querySelector(${JSON.stringify(selector)}) !== null`,
    )
    looks = isThere === true ? 0 : looks + 1
  }
}

/** The first picture that equals the one before it: loading and transitions are over. */
async function settledPicture(page: Photographer['page']): Promise<NativeImage> {
  await wait(lookEveryMs)
  let image = await page.capturePage()
  for (let waitedMs = 0; waitedMs < settleAtMostMs; waitedMs += lookEveryMs) {
    await wait(lookEveryMs)
    const next = await page.capturePage()
    if (next.toBitmap().equals(image.toBitmap())) return next
    image = next
  }
  return image
}
