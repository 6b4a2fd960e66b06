import { defineConfig } from 'vitest/config'
import { prebundleTensorflow } from './scripts/lib/prebundle-tensorflow.mjs'

const everywhere = { environment: 'node', pool: 'forks', testTimeout: 60_000 } as const

export default defineConfig(async () => {
  const resolve = { alias: await prebundleTensorflow() }
  return {
    test: {
      projects: [
        {
          resolve,
          // A process runs many of these files, so that what they all import is read once: half the time.
          test: { ...everywhere, name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false },
        },
        {
          resolve,
          test: {
            ...everywhere,
            name: 'numeric and integration',
            include: ['test/{numeric,integration}/**/*.test.ts'],
            globalSetup: 'test/support/programs.ts',
          },
        },
      ],
    },
  }
})
