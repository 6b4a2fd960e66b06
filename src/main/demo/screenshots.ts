import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { NativeImage, NativeTheme, WebContents } from 'electron'
import type { Place } from '#shared/contract.ts'
import { atomicWrite } from '../files/atomic-write.ts'

export interface Photographer {
  readonly page: Pick<WebContents, 'capturePage'>
  readonly nativeTheme: Pick<NativeTheme, 'themeSource'>
  readonly show: (place: Place) => void
  readonly folder: string
}

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

/** The first picture that equals the one before it: loading and transitions are over. */
async function settledPicture(page: Pick<WebContents, 'capturePage'>): Promise<NativeImage> {
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
