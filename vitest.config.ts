import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/{unit,numeric,integration}/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    testTimeout: 60_000,
    // TensorFlow.js publishes ES modules without file extensions: Node cannot load them, Vite can.
    server: { deps: { inline: [/@tensorflow\/tfjs/] } },
  },
  resolve: { mainFields: ['module', 'main'] },
})
