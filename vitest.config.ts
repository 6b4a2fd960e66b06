import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { prebundleTensorflow } from './scripts/lib/prebundle-tensorflow.mjs'

const windowTests = 'test/unit/renderer/**/*.test.ts'
const everywhere = { environment: 'node', pool: 'forks', testTimeout: 60_000 } as const

export default defineConfig(async () => {
  const resolve = { alias: await prebundleTensorflow() }
  return {
    test: {
      projects: [
        {
          resolve,
          test: {
            ...everywhere,
            name: 'unit',
            include: ['test/unit/**/*.test.ts'],
            exclude: [windowTests],
            // A process runs many of these files, so that what they all import is read once: half the time.
            isolate: false,
          },
        },
        {
          // Its own project: what compiles runes would be asked about every file of the others too.
          plugins: [svelte()],
          // Svelte has another runtime for servers, where state is not reactive.
          resolve: { conditions: ['browser'] },
          test: { ...everywhere, name: 'window', include: [windowTests] },
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
