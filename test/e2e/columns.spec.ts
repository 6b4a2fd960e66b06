/** Columns hold their cells, however long names and tags are, in a small window and in the smallest. */
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { Place } from '#shared/protocol/events.ts'
import { enqueue, int4Config, reaches } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { ask, screenshotsFolder, show } from './launch.ts'

test.use({ start: 'library' })

const longName = 'ResNet-20 with a name that somebody made of everything they knew, h1234567890_without_any_space_in_it'
const tags = ['a-tag-of-fifty-characters-which-is-as-many-as-can-', 'quantisation', 'third', 'fourth', 'fifth']

/** Cells whose content is cut without an ellipsis and a title, or reaches out of them, and pages that scroll sideways. */
function overflowing(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const isTitled = (element: Element): boolean => element.closest('[title]') !== null
    for (const cell of document.querySelectorAll('main table :is(th, td)')) {
      const box = cell.getBoundingClientRect()
      const what = `${cell.closest('table')?.ariaLabel ?? 'table'}: ${cell.textContent.trim().slice(0, 60)}`
      for (const part of [cell, ...cell.querySelectorAll('*')]) {
        if (part.closest('.visually-hidden') !== null || part.closest('svg') !== null) continue
        const style = getComputedStyle(part)
        const isCut = part.scrollWidth > part.clientWidth + 1 && style.overflowX === 'hidden'
        if (isCut && !(style.textOverflow === 'ellipsis' && isTitled(part))) found.push(`cut: ${what}`)
        if (part.getBoundingClientRect().right > box.right + 1) {
          const clip = part.parentElement?.closest('.truncate, th, td')
          const isClipped =
            clip !== null && clip !== undefined && getComputedStyle(clip).overflowX === 'hidden' && isTitled(part)
          if (!isClipped) found.push(`outside its column: ${what}`)
        }
      }
    }
    for (const table of document.querySelectorAll('main table')) {
      for (let box = table.parentElement; box !== null; box = box.parentElement) {
        const { overflowX } = getComputedStyle(box)
        if (overflowX === 'auto' || overflowX === 'scroll') break
        if (overflowX === 'hidden' && box.scrollWidth > box.clientWidth + 1) found.push('a table is cut by its card')
      }
    }
    const main = document.querySelector('main')
    if (main !== null && main.scrollWidth > main.clientWidth + 1) found.push('the page scrolls sideways')
    return [...new Set(found)]
  })
}

test('no cell is cut or leaves its column', async ({ studio }) => {
  const { page } = studio
  const [network] = await ask(page, 'networks.list', {})
  const [dataset] = await ask(page, 'datasets.list', {})
  if (network === undefined || dataset === undefined) throw new Error('The library is empty.')
  await ask(page, 'networks.rename', { id: network.id, name: longName })
  await ask(page, 'datasets.rename', { id: dataset.id, name: longName })
  const { id } = await enqueue(studio, longName, int4Config())
  await ask(page, 'experiments.update', { id, tags })
  await reaches(studio, id, 'completed')
  const places: readonly Place[] = [
    { name: 'home' },
    { name: 'experiments' },
    { name: 'networks' },
    { name: 'datasets' },
    { name: 'compare', ids: [id] },
  ]
  const found: string[] = []
  for (const place of places) {
    await show(studio, place)
    for (const width of [960, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0)
      await expect(page.getByRole('rowheader').first()).toBeVisible()
      await page.screenshot({
        path: join(screenshotsFolder, `columns-${place.name}-${width}.png`),
        animations: 'disabled',
      })
      found.push(...(await overflowing(page)).map((text) => `${place.name} at ${width}: ${text}`))
    }
  }
  expect(found).toStrictEqual([])
})
