/** Every screen, in both themes: looked at by axe, and saved at two sizes for people to look at. */
import type { Page } from '@playwright/test'
import type { Place } from '#shared/protocol/events.ts'
import { enqueue, int4Config, reaches, smokeConfig } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { ask, show } from './launch.ts'
import { look } from './look.ts'

const golden = { isGolden: true }
/** With a library: those on which nothing depends on the day or the machine. */
const goldenScreens = ['dataset', 'new-experiment']

test('screens without anything in them', async ({ sharedStudio }) => {
  const found: string[] = []
  for (const name of ['home', 'networks', 'datasets', 'new-experiment', 'experiments', 'batches', 'queue'] as const) {
    found.push(...(await look(sharedStudio, `empty-${name}`, { name }, undefined, golden)))
  }
  found.push(...(await look(sharedStudio, 'empty-compare', { name: 'compare', ids: [] }, undefined, golden)))
  await ask(sharedStudio.page, 'studio.update-settings', { theme: 'system' })
  expect(found).toStrictEqual([])
})

test.describe('with a library', () => {
  test.use({ start: 'library' })

  test('screens with networks, data sets and finished experiments', async ({ studio }) => {
    const first = await enqueue(studio, 'Smoke, seed 1', smokeConfig())
    const second = await enqueue(studio, 'Smoke, seed 2', { ...smokeConfig(), seed: 2 })
    const third = await enqueue(studio, 'int4', int4Config())
    await reaches(studio, first.id, 'completed')
    await reaches(studio, second.id, 'completed')
    await reaches(studio, third.id, 'completed')
    const [network] = await ask(studio.page, 'networks.list', {})
    const [dataset] = await ask(studio.page, 'datasets.list', {})
    const places: readonly (readonly [string, Place])[] = [
      ['home', { name: 'home' }],
      ['networks', { name: 'networks' }],
      ['network', { name: 'network', id: network?.id ?? '' }],
      ['datasets', { name: 'datasets' }],
      ['dataset', { name: 'dataset', id: dataset?.id ?? '' }],
      ['new-experiment', { name: 'new-experiment' }],
      ['experiments', { name: 'experiments' }],
      ['queue', { name: 'queue' }],
      ['run', { name: 'run', experimentId: first.id }],
      ['run-baseline', { name: 'run', experimentId: third.id }],
      ['compare', { name: 'compare', ids: [first.id, second.id, third.id] }],
      ['doctor', { name: 'doctor' }],
      ['settings', { name: 'settings' }],
    ]
    const found: string[] = []
    for (const [name, place] of places) {
      found.push(...(await look(studio, name, place, undefined, { isGolden: goldenScreens.includes(name) })))
    }
    expect(found).toStrictEqual([])
  })

  test('the dialog that adds baselines to a network', async ({ studio }) => {
    const { id } = await enqueue(studio, 'int4', int4Config())
    await reaches(studio, id, 'completed')
    const open = (page: Page) => page.getByRole('button', { name: /^Add baselines/ }).click()
    expect(await look(studio, 'networks-baselines', { name: 'networks' }, open)).toStrictEqual([])
  })

  test('what is taken out of the library comes back, at once or from the trash', async ({ studio }) => {
    const { page } = studio
    const [network] = await ask(page, 'networks.list', {})
    const name = network?.name ?? ''
    await show(studio, { name: 'network', id: network?.id ?? '' })
    const takeOut = async () => {
      await page.getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name: 'Move to the trash' }).click()
      await expect(page.getByRole('heading', { level: 1, name: 'Networks' })).toBeVisible()
    }
    await takeOut()
    await page.keyboard.press('Control+z')
    await page.getByRole('table').getByRole('button', { name, exact: true }).click()
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
    await takeOut()
    expect(await look(studio, 'networks-trash', { name: 'networks' })).toStrictEqual([])
    await page.getByRole('button', { name: `Restore ${name}` }).click()
    await expect(page.getByRole('heading', { name: 'Trash' })).toHaveCount(0)
    await page.getByRole('table').getByRole('button', { name, exact: true }).click()
    await takeOut()
    await page.getByRole('button', { name: `Delete for good: ${name}` }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete for good' }).click()
    await expect(page.getByText('No networks yet')).toBeVisible()
    await expect(page.getByRole('heading', { name: 'Trash' })).toHaveCount(0)
  })

  test('canvases take the colours of the theme that was switched to', async ({ studio }) => {
    const [network] = await ask(studio.page, 'networks.list', {})
    await show(studio, { name: 'network', id: network?.id ?? '' })
    const kernels = studio.page.getByRole('img', { name: /^Kernels of/ }).locator('canvas')
    const isBright = (): Promise<boolean> => kernels.evaluate(hasBrightPixels)
    for (const theme of ['light', 'dark', 'light'] as const) {
      await ask(studio.page, 'studio.update-settings', { theme })
      await expect(studio.page.locator('html')).toHaveAttribute('data-theme', theme)
      await expect.poll(isBright).toBe(theme === 'light')
    }
  })
})

/** Weights near zero, the most frequent ones, have nearly the colour of the surface. Runs in the window. */
function hasBrightPixels(canvas: HTMLElement | SVGElement): boolean {
  if (!(canvas instanceof HTMLCanvasElement)) throw new TypeError('not a canvas')
  const pixels =
    canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray()
  let brightness = 0
  let opaque = 0
  for (let index = 0; index < pixels.length; index += 4) {
    if (pixels[index + 3] === 0) continue
    opaque++
    brightness += ((pixels[index] ?? 0) + (pixels[index + 1] ?? 0) + (pixels[index + 2] ?? 0)) / 3
  }
  return brightness / opaque > 128
}
