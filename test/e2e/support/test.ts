/** What every end-to-end test imports: `import { expect, test } from './support/test.ts'`. */
import { test as base } from '@playwright/test'
import { type StudioApp, type StudioFolders, openStudio, withStudioFolders } from './studio-app.ts'

interface StudioOptions {
  /** Further switches of the studio: `test.use({ studioArguments: ['--demo'] })`. */
  readonly studioArguments: readonly string[]
}

interface StudioFixtures {
  readonly folders: StudioFolders
  /** A studio on an empty store; closed after the test. */
  readonly studio: StudioApp
}

export const test = base.extend<StudioOptions & StudioFixtures>({
  studioArguments: [[], { option: true }],
  // Playwright reads from the destructuring that this fixture needs no other.
  // eslint-disable-next-line no-empty-pattern
  folders: async ({}, use) => {
    await withStudioFolders(use)
  },
  studio: async ({ folders, studioArguments }, use, testInfo) => {
    const studio = await openStudio(folders, studioArguments)
    await use(studio)
    if (testInfo.status !== testInfo.expectedStatus) {
      const picture = await studio.window.screenshot().catch(() => undefined)
      if (picture !== undefined) await testInfo.attach('window', { body: picture, contentType: 'image/png' })
    }
    await studio.app.close()
  },
})

export { expect } from '@playwright/test'
