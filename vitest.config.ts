import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { prebundleTensorflow } from './scripts/lib/prebundle-tensorflow.mjs'

const windowTests = 'test/unit/renderer/**/*.test.ts'
const everywhere = { environment: 'node', pool: 'forks', testTimeout: 60_000 } as const

export default defineConfig(async () => ({
  test: {
    projects: [
      {
        resolve: { alias: await prebundleTensorflow() },
        test: {
          ...everywhere,
          name: 'node',
          include: ['test/{unit,numeric,integration}/**/*.test.ts'],
          exclude: [windowTests],
        },
      },
      {
        // Its own project: what compiles runes would be asked about every file of the others too.
        plugins: [svelte()],
        // Svelte has another runtime for servers, where state is not reactive.
        resolve: { conditions: ['browser'] },
        test: { ...everywhere, name: 'window', include: [windowTests] },
      },
    ],
  },
}))
