import { availableParallelism } from 'node:os'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { prebundleTensorflow } from './scripts/lib/prebundle-tensorflow.mjs'

const windowTests = 'test/unit/renderer/**/*.test.ts'
/** They measure how long something takes, or how much memory it needs: nothing else runs beside them. */
const aloneTests = [
  'test/integration/{large-import,pauses}.test.ts',
  'test/numeric/engine/threads.test.ts',
  'test/cluster/*.test.ts',
  // Those take longer than `npm test` may (scripts/test-cluster.mjs).
  ...(process.env['NERN_CLUSTER_TRIALS'] === undefined ? [] : ['test/cluster/trials/*.test.ts']),
]
const programs = 'test/support/programs.ts'

const everywhere = {
  environment: 'node',
  pool: 'forks',
  // Limits end what hangs. They are no measure of speed: the tests must hold on a machine that does other things as well.
  testTimeout: 180_000,
  hookTimeout: 180_000,
} as const
/** A file computes on one thread for most of its time: by default one processor would be left idle. */
const together = { ...everywhere, maxWorkers: availableParallelism(), sequence: { groupOrder: 0 } } as const

export default defineConfig(async () => {
  const resolve = { alias: await prebundleTensorflow() }
  return {
    test: {
      projects: [
        {
          resolve,
          test: {
            ...together,
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
          test: { ...together, name: 'window', include: [windowTests] },
        },
        {
          resolve,
          test: {
            ...together,
            name: 'numeric and integration',
            include: ['test/{numeric,integration}/**/*.test.ts'],
            exclude: aloneTests,
            globalSetup: programs,
          },
        },
        {
          resolve,
          test: {
            ...everywhere,
            name: 'alone',
            include: aloneTests,
            globalSetup: programs,
            maxWorkers: 1,
            sequence: { groupOrder: 1 },
          },
        },
      ],
    },
  }
})
