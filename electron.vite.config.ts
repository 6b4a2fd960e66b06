/** Builds the studio: main and trainer for Node, one self-contained preload, the renderer for the browser. */
import { join } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'electron-vite'
import { resolve, rolldownOptions } from './scripts/lib/node-bundle.mjs'

export default defineConfig({
  main: {
    publicDir: false,
    resolve,
    build: {
      // The rules of scripts/lib/node-bundle.mjs say what stays outside; everything else is bundled.
      externalizeDeps: false,
      sourcemap: true,
      minify: false,
      target: 'node20.18',
      rolldownOptions: {
        ...rolldownOptions,
        // Files of their own: the trainer runs as another process, repairs of the store in another thread.
        input: {
          index: 'src/main/index.ts',
          trainer: 'src/trainer/index.ts',
          'repair-worker': 'src/main/store/repair/repair-worker.ts',
        },
      },
    },
  },
  preload: {
    publicDir: false,
    build: {
      // A sandboxed preload loads no other file and speaks CommonJS.
      externalizeDeps: false,
      sourcemap: false,
      target: 'node20.18',
      rolldownOptions: {
        input: { index: 'src/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [svelte({ configFile: join(import.meta.dirname, 'svelte.config.js') })],
    build: {
      sourcemap: true,
      target: 'chrome130',
      // The content security policy allows no data: scripts or fonts.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: { index: 'src/renderer/index.html' },
        checks: { pluginTimings: false },
      },
    },
  },
})
