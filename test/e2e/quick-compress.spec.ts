/** A network file into a small one, by one slider: chosen or dropped, seen at once, saved, and decoded again. */
import { execFile } from 'node:child_process'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Locator, Page } from '@playwright/test'
import { readWeightsFile } from '#formats/weights-file/reader.ts'
import { unwrap } from '#shared/basics/result.ts'
import { get, whileComputing } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { answerDialog, dropFile, photograph } from './import-dialog.ts'
import { ask, root, show, storeFolderIn, type OpenStudio } from './launch.ts'
import { look } from './look.ts'

const sample = join(root, 'resources/samples/resnet20-cifar10.safetensors')

const card = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true })

/** The file at the slider's ratio is there. */
async function fileIsMade(page: Page): Promise<void> {
  await expect(card(page, 'Compressed file').getByText(/^Relative error of the weights/)).toBeVisible(whileComputing)
  await expect(page.getByRole('button', { name: 'Save as...' })).toBeEnabled(whileComputing)
}

/** The ratio in the last column of the row of all parts. */
async function madeRatio(page: Page): Promise<number> {
  const text = await card(page, 'Compressed file')
    .getByRole('row', { name: /^All parts/ })
    .getByRole('cell')
    .last()
    .innerText()
  return Number.parseFloat(text)
}

/** Answers the system's dialog for a new file, which no test can click. */
async function answerSaveDialog({ app }: OpenStudio, path: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
  }, path)
}

test('the sample network becomes a file of the size that the slider says, which the command line decodes', async ({
  studio,
  folder,
}) => {
  const { page } = studio
  await photograph(page, 'welcome')
  await page.getByRole('button', { name: 'Try it with the sample network' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'ResNet-20 sample' })).toBeVisible()
  await expect(card(page, 'Network')).toContainText('ResNet-20 (CIFAR, option B), 10 classes', whileComputing)
  await expect(card(page, 'Accuracy')).toContainText('no data set of the library has the 10 classes')
  await fileIsMade(page)
  expect(await madeRatio(page)).toBeGreaterThan(14.8)

  const slider = page.getByRole('slider', { name: 'Compression ratio' })
  const before = await slider.getAttribute('aria-valuetext')
  await slider.focus()
  for (let press = 0; press < 20; press++) await page.keyboard.press('ArrowRight')
  await expect(slider).not.toHaveAttribute('aria-valuetext', before ?? '')
  const wanted = Number.parseFloat((await slider.getAttribute('aria-valuetext')) ?? '')
  expect(wanted).toBeGreaterThan(18)
  await expect.poll(() => madeRatio(page), whileComputing).toBeGreaterThan(0.99 * wanted)
  await fileIsMade(page)
  expect(await madeRatio(page)).toBeLessThan(1.02 * wanted)

  const path = join(folder, 'small.spectral.safetensors')
  await answerSaveDialog(studio, path)
  await page.getByText('With nern_load.py').click()
  await page.getByRole('button', { name: 'Save as...' }).click()
  await expect(page.getByText('Saved: small.spectral.safetensors and nern_load.py.')).toBeVisible()
  expect(
    (await readFile(join(folder, 'nern_load.py'))).equals(await readFile(join(root, 'resources/python/nern_load.py'))),
  ).toBe(true)
  expect((await stat(sample)).size / (await stat(path)).size).toBeGreaterThan(0.98 * wanted)

  const decoded = join(folder, 'decoded.safetensors')
  await promisify(execFile)(process.execPath, [join(root, 'out/cli/index.js'), 'reconstruct', path, '--out', decoded])
  const names = [...unwrap(await readWeightsFile(decoded)).tensors.keys()].sort()
  expect(names).toStrictEqual([...unwrap(await readWeightsFile(sample)).tensors.keys()].sort())

  // Nothing is kept of what nobody saved.
  await show(studio, { name: 'networks' })
  await expect(page.getByRole('heading', { name: 'No networks yet' })).toBeVisible()
})

test('what nobody saved goes when the studio is closed', async ({ launch, folder }) => {
  const studio = await launch()
  await show(studio, { name: 'compress-network', file: { token: 'sample', fileName: 'ResNet-20 sample' } })
  await fileIsMade(studio.page)
  const temporary = join(storeFolderIn(folder), 'temporary')
  expect(await readdir(temporary)).toStrictEqual([expect.stringMatching(/^file-\w+\.spectral\.safetensors$/)])
  await studio.app.close()
  expect(await readdir(temporary)).toStrictEqual([])
})

test('a file that is no network says why, and another one can be chosen', async ({ studio, folder }) => {
  const { page } = studio
  const letter = join(folder, 'letter.pth')
  await writeFile(letter, 'Dear reader,\n'.repeat(50))
  await dropFile(page, letter)
  await expect(page.getByRole('heading', { level: 1, name: 'letter.pth' })).toBeVisible()
  const alert = page.getByRole('alert')
  await expect(alert.getByRole('heading')).toHaveText('letter.pth was not recognised', whileComputing)
  await expect(alert).toContainText('Where:')
  await expect(page.getByRole('button', { name: 'Save as...' })).toBeDisabled()
  await answerDialog(studio, sample)
  await page.getByRole('button', { name: 'Choose another' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'resnet20-cifar10.safetensors' })).toBeVisible()
  await fileIsMade(page)
})

test.describe('with a library', () => {
  test.use({ start: 'library' })

  test('a dropped network is measured on the images of its classes', async ({ studio }) => {
    const { page } = studio
    await show(studio, { name: 'compress-network' })
    await dropFile(page, sample)
    await fileIsMade(page)
    const accuracy = card(page, 'Accuracy')
    await expect(accuracy).toContainText('60 validation images of Small images')
    await expect(accuracy.getByText(/of 60 images right$/)).toHaveCount(2, whileComputing)
    await expect(accuracy).toContainText(/Original.*%.*Compressed.*%.*Difference.*points/s)

    await page.getByRole('button', { name: 'Make an experiment of it' }).click()
    const queued = async () => (await ask(page, 'experiments.list', {})).items
    await expect.poll(queued, whileComputing).toHaveLength(1)
    const [experiment] = await queued()
    expect((await get(studio, experiment?.id ?? '')).config).toMatchObject({ kind: 'spectral', size: { ratio: 15 } })
    await expect(page.getByRole('heading', { level: 1, name: experiment?.name ?? '' })).toBeVisible()
    // The network was not in the library, and is now.
    expect(await ask(page, 'networks.list', {})).toHaveLength(2)
  })

  test('a network of the library is compressed as well, by the keyboard alone', async ({ studio }) => {
    const { page } = studio
    await page.keyboard.press('g')
    await page.keyboard.press('z')
    await expect(page.getByRole('heading', { level: 1, name: 'Compress a network' })).toBeVisible()
    await page.getByRole('button', { name: 'Untrained ResNet-20' }).focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1, name: 'Untrained ResNet-20' })).toBeVisible()
    await fileIsMade(page)
    expect(await ask(page, 'networks.list', {})).toHaveLength(1)
  })

  test('the pages look right in both themes', async ({ studio }) => {
    const found = [
      ...(await look(studio, 'compress', { name: 'compress-network' })),
      ...(await look(
        studio,
        'compress-network',
        { name: 'compress-network', file: { token: 'sample', fileName: 'ResNet-20 sample' } },
        async (page) => {
          await fileIsMade(page)
          await expect(card(page, 'Accuracy').getByText(/images right$/)).toHaveCount(2, whileComputing)
        },
      )),
    ]
    expect(found).toStrictEqual([])
  })
})
