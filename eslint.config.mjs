/**
 * Lint rules. The LAYERS table is the architecture: who may import whom, and which packages. Do not relax a row to make
 * a feature fit; test/unit/tooling/layers.test.ts feeds the linter a forbidden import per row.
 */
import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import tseslint from 'typescript-eslint'

const folders = ['shared', 'networks', 'engine', 'formats', 'trainer', 'main', 'preload', 'renderer', 'cli']

/** Packages and Node modules a folder may use are listed; everything else is refused. `node:` stands for all of Node. */
export const LAYERS = [
  { files: 'src/shared', folders: ['shared'], packages: ['zod'] },
  { files: 'src/networks', folders: ['networks', 'shared'], packages: [] },
  {
    files: 'src/engine',
    folders: ['engine', 'networks', 'shared'],
    packages: ['@tensorflow/tfjs-core', 'protobufjs'],
  },
  {
    files: 'src/engine/executors',
    folders: ['engine', 'networks', 'shared'],
    packages: [
      'node:',
      'onnxruntime-node',
      'onnxruntime-common',
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-node-gpu',
    ],
  },
  { files: 'src/formats', folders: ['formats', 'networks', 'shared'], packages: ['node:', 'pngjs'] },
  { files: 'src/trainer', folders: ['trainer', 'formats', 'engine', 'networks', 'shared'], packages: ['node:', 'zod'] },
  {
    files: 'src/main',
    folders: ['main', 'formats', 'networks', 'shared'],
    packages: ['node:', 'electron', 'better-sqlite3', 'zod'],
  },
  { files: 'src/preload', folders: ['preload', 'shared'], packages: ['electron'] },
  {
    files: 'src/renderer',
    folders: ['renderer', 'shared'],
    packages: ['svelte', 'bits-ui', '@lucide/svelte', 'uplot'],
  },
  { files: 'src/cli', folders: ['cli', 'main', 'formats', 'networks', 'shared'], packages: ['node:'] },
]

/** Everything but relative imports, the allowed aliases and the allowed packages. */
function forbiddenImports({ folders: allowedFolders, packages }) {
  const aliases = allowedFolders.map((folder) => `#${folder}/`)
  const allowed = [...aliases, ...packages].map((prefix) => prefix.replace(/[/.]/g, '\\$&'))
  const message = `only ${[...aliases, ...packages].join(', ')} may be imported here (LAYERS in eslint.config.mjs)`
  return { regex: `^(?!\\.{1,2}/|${allowed.join('|')})`, message }
}

const layerRules = LAYERS.map((layer) => ({
  files: [`${layer.files}/**/*.{ts,svelte}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          forbiddenImports(layer),
          { regex: `^(\\.\\./)+(${folders.join('|')})/`, message: 'cross a folder of src by its alias' },
        ],
      },
    ],
  },
}))

/** Pure folders have no clock and no randomness of their own: both are parameters. */
const purity = {
  files: ['src/{shared,networks,engine}/**/*.ts'],
  ignores: ['src/engine/executors/**'],
  rules: {
    'no-restricted-globals': ['error', 'process', 'Buffer', 'window', 'document', 'setTimeout', 'performance'],
    'no-restricted-properties': [
      'error',
      { object: 'Math', property: 'random', message: 'pass a Random' },
      { object: 'Date', property: 'now', message: 'pass the time' },
    ],
  },
}

export default tseslint.config(
  { ignores: ['node_modules/', 'out/', 'dist/', '.cache/', 'test-results/', 'screenshots/'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser }, globals: globals.browser },
  },
  {
    files: ['src/**', 'test/**'],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.mjs', 'scripts/**/*.js', '*.config.js', 'test/**', 'src/{formats,trainer,main,cli}/**'],
    languageOptions: { globals: globals.node },
  },
  { files: ['src/{renderer,preload}/**'], languageOptions: { globals: globals.browser } },
  // The type checker knows undefined names; the core rule does not know types.
  { files: ['**/*.ts', '**/*.svelte'], rules: { 'no-undef': 'off' } },
  ...layerRules,
  purity,
)
