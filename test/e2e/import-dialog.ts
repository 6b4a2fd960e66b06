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

/** Drops a file on the window, as from the file manager. */
export async function dropFile(page: Page, path: string): Promise<void> {
  // The debugger gives a file input real files, which a script cannot make.
  const chooser = await page.evaluateHandle(() => {
    const input = document.createElement('input')
    input.type = 'file'
    document.body.append(input)
    return input
  })
  await chooser.setInputFiles(path)
  await chooser.evaluate((input) => {
    const transfer = new DataTransfer()
    for (const file of input.files ?? []) transfer.items.add(file)
    input.remove()
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
  })
}

/** For people to look at, in both themes. */
export async function photograph(page: Page, name: string): Promise<void> {
  for (const theme of ['dark', 'light'] as const) {
    await ask(page, 'studio.update-settings', { theme })
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
    await page.screenshot({ path: join(screenshotsFolder, `${name}-${theme}.png`), animations: 'disabled' })
  }
}
