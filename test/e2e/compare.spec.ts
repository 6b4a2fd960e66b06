import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { ComparedSubject } from '#shared/measures/comparison.ts'
import { enqueue, int4Config, reaches, smokeConfig } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { ask, show } from './launch.ts'
import { look } from './look.ts'

test.use({ start: 'library' })

test('real runs are compared by accuracy, pairs, classes, images, bytes and configuration', async ({
  studio,
  folder,
}) => {
  const { page } = studio
  const seeds = [1, 2]
  const ids = [(await enqueue(studio, 'int4', int4Config())).id]
  for (const seed of seeds) ids.push((await enqueue(studio, `Smoke, seed ${seed}`, { ...smokeConfig(), seed })).id)
  for (const id of ids) await reaches(studio, id, 'completed')
  const place = { name: 'compare', ids } as const
  const comparison = await ask(page, 'experiments.compare', { ids, split: 'test' })
  const [original] = comparison.originals
  if (original?.evaluation === undefined) throw new Error('The original was not measured.')
  const subject: ComparedSubject = { networkId: original.network.id, datasetId: original.dataset.id }

  // The original is a row of its own, once; the seeds are a group.
  await show(studio, place)
  const rows = page.getByRole('region', { name: 'Accuracy', exact: true }).getByRole('row')
  await expect(rows).toHaveCount(1 + 1 + ids.length)
  await expect(rows.nth(1)).toContainText(original.network.name)
  await expect(page.getByRole('region', { name: 'Over seeds' }).getByRole('row')).toHaveCount(2)
  const pictures: string[] = [...(await look(studio, 'compare-accuracy', place))]

  // A base of one's own: the difference of the original from int4 has the other sign.
  const pair = comparison.pairs.find(({ second }) => 'experimentId' in second && second.experimentId === ids[0])
  if (pair === undefined) throw new Error('int4 was not compared with its original.')
  await page.getByRole('combobox', { name: 'Compare with' }).click()
  await page.getByRole('option', { name: 'Against int4' }).click()
  const { onlyFirst, onlySecond } = pair.agreement
  await expect(rows.nth(1)).toContainText(`−${onlySecond}`)
  await expect(rows.nth(1)).toContainText(`+${onlyFirst}`)

  const tab = async (name: string): Promise<void> => page.getByRole('tab', { name }).click()
  await tab('Pairs')
  await expect(page.getByRole('region', { name: 'Every pair' }).getByRole('row')).toHaveCount(1 + 1 + ids.length)

  // Images that flipped, in one action from here, or two from anywhere else.
  await show(studio, place)
  await tab('Flipped images')
  const last = { experimentId: ids.at(-1) ?? '' }
  const { flips, images } = await ask(page, 'comparisons.flips', { first: subject, second: last, split: 'test' })
  expect(flips.every(({ first: one, second: other }) => (one.confidence ?? 0) > 0 && (other.confidence ?? 0) > 0)).toBe(
    true,
  )
  const gallery = page.getByRole('region', { name: 'Flipped images' }).first()
  await expect(gallery).toContainText(`${flips.length} of ${images} images`)
  await expect(gallery.getByRole('img')).toHaveCount(Math.min(48, flips.length))
  await gallery.getByRole('radio', { name: 'List' }).click()
  await expect(gallery.getByRole('row')).toHaveCount(1 + Math.min(48, flips.length))

  // The whole of it as one page, written by the process of the windows.
  const file = join(folder, 'comparison.html')
  await studio.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
  }, file)
  await page.getByRole('button', { name: 'Save the comparison' }).click()
  await page.getByRole('menuitem', { name: 'Save as one page (HTML)' }).click()
  await expect(page.getByText('Saved as comparison.html')).toBeVisible()
  expect((await readFile(file, 'utf8')).match(/data:image\/png;base64,/g)?.length).toBeGreaterThan(0)

  const onTab = (name: string) => (shown: Page) => shown.getByRole('tab', { name }).click()
  for (const [name, title] of [
    ['pairs', 'Pairs'],
    ['classes', 'Classes'],
    ['flips', 'Flipped images'],
    ['bytes', 'Bytes'],
    ['configuration', 'Configuration'],
  ] as const) {
    pictures.push(...(await look(studio, `compare-${name}`, place, onTab(title))))
  }
  expect(pictures).toStrictEqual([])
})
