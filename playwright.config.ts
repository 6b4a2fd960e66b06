import { defineConfig } from '@playwright/test'

/** End-to-end tests drive the built studio in a real Electron. `npm run test:e2e` provides both, and a screen. */
export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  // The declared Electron and the fallback are years apart: a report says which one it is about.
  metadata: { electron: process.env['NERN_ELECTRON_VERSION'] },
  // One window at a time: training takes all processors, and a focused window is part of what is tested.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env['CI']),
  retries: 0,
  // Limits end what hangs. They are no measure of speed: the tests must hold on a machine that does other things as well.
  timeout: 600_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  use: { trace: 'retain-on-failure' },
})
