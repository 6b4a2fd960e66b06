import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { NativeImage, NativeTheme, WebContents } from 'electron'
import type { Place } from '#shared/protocol/contract.ts'
import { atomicWrite } from '../files/atomic-write.ts'

export interface Photographer {
  readonly page: Pick<WebContents, 'capturePage' | 'executeJavaScript'>
  readonly nativeTheme: Pick<NativeTheme, 'themeSource'>
  readonly show: (place: Place) => void
  readonly folder: string
}

/** The engines take seconds to be found; what takes longer is shown as it is. */
const loadsAtMostMs = 20_000
const themes = ['light', 'dark'] as const
/** A live page never stands still: then the last picture counts. */
const settleAtMostMs = 4_000
const lookEveryMs = 200

/** Saves `NAME-light.png` and `NAME-dark.png` of a place, then gives the theme back. Returns the files' names. */
export async function photograph(photographer: Photographer, name: string, place: Place): Promise<readonly string[]> {
  const { page, nativeTheme, show, folder } = photographer
  const before = nativeTheme.themeSource
  const names: string[] = []
  await mkdir(folder, { recursive: true })
  show(place)
  await loaded(page)
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

/** Waits until the page shows no placeholder for what is still being read. */
async function loaded(page: Photographer['page']): Promise<void> {
  for (let waitedMs = 0; waitedMs < loadsAtMostMs; waitedMs += lookEveryMs) {
    await wait(lookEveryMs)
    const isLoading: unknown = await page.executeJavaScript(
      `document.querySelector('[role="status"][aria-label="Loading"]') !== null`,
    )
    if (isLoading !== true) return
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
