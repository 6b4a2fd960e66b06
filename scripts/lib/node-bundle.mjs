/**
 * How our TypeScript becomes something Node and Electron's main process run: one set of rules for the command line,
 * the trainer, the benches and `electron.vite.config.ts`, so that they all run the same mathematics.
 */
import { builtinModules } from 'node:module'
import { build } from 'vite'

/** Packages with native code, loaded from node_modules at run time; everything else is bundled. */
const nativePackages = ['onnxruntime-node', 'better-sqlite3', 'sharp', '@tensorflow/tfjs-node-gpu']
/** Of benches alone: it looks for its own files beside its code. */
const unbundledTools = ['@playwright/test']

const external = [
  'electron',
  /^electron\//,
  ...builtinModules,
  /^node:/,
  ...[...nativePackages, ...unbundledTools].map((name) => new RegExp(`^${name}(/|$)`)),
]

/** TensorFlow.js' `main` builds are self-contained, register no gradients and cannot be shared between packages. */
export const resolve = { mainFields: ['module', 'main'], conditions: ['node', 'module', 'import', 'default'] }

/** @type {NonNullable<import('vite').BuildOptions['rolldownOptions']>} */
export const rolldownOptions = {
  external,
  platform: 'node',
  // Where the time goes is of no interest to who only wants the result.
  checks: { pluginTimings: false },
  output: {
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  },
}

/**
 * A Vite configuration for a bundle that plain Node runs.
 * @param {{ root: string, entries: Record<string, string>, outDir: string }} options `entries`: output name to source file
 * @returns {import('vite').InlineConfig}
 */
function nodeBundle({ root, entries, outDir }) {
  return {
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    resolve,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: true,
      target: 'node20',
      outDir,
      emptyOutDir: true,
      minify: false,
      sourcemap: true,
      reportCompressedSize: false,
      rolldownOptions: { ...rolldownOptions, input: entries },
    },
  }
}

/** Builds such a bundle. Rejects with the bundler's own message. */
export async function buildNodeBundle(options) {
  await build(nodeBundle(options))
}
