/** Folders of images in the import dialog: what becomes of them is shown before they can be imported. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'
import { answerDialog, photograph } from './import-dialog.ts'
import { ask, show, type OpenStudio } from './launch.ts'

const fixture = join(import.meta.dirname, '../fixtures/images/small.png')

/** A folder of images, each of another content. */
async function folderOf(folder: string, names: readonly string[]): Promise<string> {
  const bytes = await readFile(fixture)
  for (const name of names) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, Buffer.concat([bytes, Buffer.from(name)]))
  }
  return folder
}

function numbered(folder: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${folder}/${i}.png`)
}

async function choose(studio: OpenStudio, path: string): Promise<Page> {
  const { page } = studio
  await answerDialog(studio, path)
  await show(studio, { name: 'datasets' })
  await page.getByRole('button', { name: 'Import a folder' }).first().click()
  return page
}

test('the plan of a folder is shown, and it comes in as planned', async ({ studio, folder }) => {
  const names = ['Training/cat', 'Training/dog', 'valid/cat', 'valid/dog'].flatMap((each) => numbered(each, 3))
  const page = await choose(studio, await folderOf(join(folder, 'pets'), names))
  const dialog = page.getByRole('dialog')
  const plan = dialog.getByRole('region', { name: 'What becomes of it' })
  await expect(plan).toContainText('Recognised: a folder a class, splits from Training, valid.', { timeout: 60_000 })
  await expect(plan).toContainText('2 classes: cat (6), dog (6)')
  await expect(plan.getByRole('alert')).toHaveCount(0)
  await photograph(page, 'plan-normal')
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'pets' })).toBeVisible({ timeout: 60_000 })
  const [record] = await ask(page, 'datasets.list', {})
  expect([record?.classNames, record?.counts.test]).toEqual([['cat', 'dog'], 6])
})

test('what looks odd waits for a word of consent', async ({ studio, folder }) => {
  const odd: readonly (readonly [name: string, names: readonly string[], text: RegExp])[] = [
    [
      'one-split-only',
      [
        ...numbered('train/cat', 3),
        ...numbered('train/dog', 3),
        ...numbered('val/images', 2),
        ...numbered('val/dog', 2),
      ],
      /The class "images" occurs among the validation or test images only/,
    ],
    [
      'left-out',
      [...numbered('train/cat', 3), ...numbered('train/dog', 3), ...numbered('extra', 30)],
      /30 of 36 images would be left out/,
    ],
    ['one-class', numbered('dogs', 4), /All images are of one class, "dogs"/],
  ]
  const { page } = studio
  const dialog = page.getByRole('dialog')
  const importButton = dialog.getByRole('button', { name: 'Import', exact: true })
  for (const [name, names, text] of odd) {
    await choose(studio, await folderOf(join(folder, name), names))
    await expect(dialog.getByRole('alert')).toContainText(text, { timeout: 60_000 })
    await expect(importButton).toBeDisabled()
    await photograph(page, `plan-${name}`)
    if (name !== 'one-class') await dialog.getByRole('button', { name: 'Close' }).click()
  }
  await dialog.getByRole('checkbox', { name: 'Import it all the same' }).click()
  await importButton.click()
  await expect(page.getByRole('heading', { level: 1, name: 'one-class' })).toBeVisible({ timeout: 60_000 })
  expect((await ask(page, 'datasets.list', {})).map((record) => record.classNames)).toEqual([['dogs']])
})
