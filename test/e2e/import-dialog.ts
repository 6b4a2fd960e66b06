/** What tests of imports do with dialogs. */
import { join } from 'node:path'
import { expect, type Page } from '@playwright/test'
import { ask, screenshotsFolder, type OpenStudio } from './launch.ts'

/** Answers the system's dialog, which no test can click. Everything behind it is real. */
export async function answerDialog({ app }: OpenStudio, path: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] })
  }, path)
}

/** For people to look at, in both themes. */
export async function photograph(page: Page, name: string): Promise<void> {
  for (const theme of ['dark', 'light'] as const) {
    await ask(page, 'studio.update-settings', { theme })
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
    await page.screenshot({ path: join(screenshotsFolder, `${name}-${theme}.png`), animations: 'disabled' })
  }
}
