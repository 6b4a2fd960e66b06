/** A screen as people and axe see it. */
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { brightnessOf } from '#shared/protocol/settings.ts'
import type { Route } from '#renderer/state/routes.ts'
import { expect } from './fixtures.ts'
import { unlikeGolden } from './golden-picture.ts'
import { ask, screenshotsFolder, show, type OpenStudio } from './launch.ts'

const themes = ['light', 'dark', 'contrast-light', 'contrast-dark'] as const
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const colourRules = ['color-contrast', 'link-in-text-block']
const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const

/**
 * Saves pictures of a screen in every theme, light and dark in both sizes, and gives what axe finds.
 * @param prepare what is done on the screen before it is looked at
 * @param isGolden whether its smaller pictures, light and dark, are compared with their golden ones as well
 */
export async function look(
  studio: OpenStudio,
  name: string,
  place: Route,
  prepare?: (page: Page) => Promise<void>,
  { isGolden = false } = {},
): Promise<readonly string[]> {
  const { page } = studio
  const found: string[] = []
  await show(studio, place)
  await prepare?.(page)
  for (const theme of themes) {
    await ask(page, 'studio.update-settings', { theme })
    await expect(page.locator('html')).toHaveAttribute('data-theme', brightnessOf(theme))
    await expect(page.locator('html')).toHaveAttribute('data-contrast', theme.startsWith('contrast') ? 'more' : 'usual')
    // High contrast changes colours only: one size shows them.
    for (const size of theme.startsWith('contrast') ? sizes.slice(0, 1) : sizes) {
      await page.setViewportSize(size)
      await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0)
      const path = join(screenshotsFolder, `${name}-${theme}-${size.width}x${size.height}.png`)
      const picture = await page.screenshot({ path, animations: 'disabled' })
      if (isGolden && size === sizes[0] && !theme.startsWith('contrast')) {
        found.push(...unlikeGolden(`${name}-${theme}`, picture))
      }
    }
    // Legacy mode: the other one opens a second page, which the studio refuses.
    const axe = new AxeBuilder({ page }).setLegacyMode(true)
    // A theme changes colours only, so that one of them shows everything else.
    const { violations } = await (theme === themes[0] ? axe.withTags(tags) : axe.withRules(colourRules)).analyze()
    for (const { id, nodes } of violations) {
      found.push(
        ...nodes.map(({ target, failureSummary }) => `${name} ${theme}: ${id}: ${target.join(' ')}: ${failureSummary}`),
      )
    }
  }
  return found
}
