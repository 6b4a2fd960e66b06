import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [svelte({ configFile: false })],
  build: {
    outDir: '../../../.cache/renderer-harness',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    minify: false,
    target: 'chrome130',
    modulePreload: { polyfill: false },
  },
})
