import { defineConfig } from 'vitest/config'
import { prebundleTensorflow } from './scripts/lib/prebundle-tensorflow.mjs'

export default defineConfig(async () => ({
  resolve: { alias: await prebundleTensorflow() },
  test: {
    include: ['test/{unit,numeric,integration}/**/*.test.ts'],
    environment: 'node',
    globalSetup: 'test/support/programs.ts',
    pool: 'forks',
    testTimeout: 60_000,
  },
}))
