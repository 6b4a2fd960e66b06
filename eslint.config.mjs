/**
 * Lint rules. The LAYERS table is the architecture: who may import whom, and which packages. Do not relax a row to make
 * a feature fit; test/unit/tooling/layers.test.ts feeds the linter a forbidden import per row.
 */
import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import tseslint from 'typescript-eslint'

const folders = ['shared', 'networks', 'engine', 'formats', 'trainer', 'main', 'preload', 'renderer', 'cli', 'runner']

/** The files of main that know Electron; everything else of main also runs under plain Node, for the command line. */
const electronFiles = [
  'src/main/index.ts',
  'src/main/{windows,ipc,demo}/**/*.ts',
  'src/main/trainer-host/utility-host.ts',
]
const electronModules = '#main/(index|windows|ipc|demo/demo|trainer-host/utility-host)'

/**
 * A row: the files, the folders of src they may import by alias, the packages they may import (`node:` stands for all of
 * Node), and aliases that are refused all the same. The last row that matches a file holds.
 */
export const LAYERS = [
  { files: ['src/shared/**'], folders: ['shared'], packages: ['zod', 'yaml'] },
  { files: ['src/networks/**'], folders: ['networks', 'shared'], packages: [] },
  {
    files: ['src/engine/**'],
    folders: ['engine', 'networks', 'shared'],
    packages: ['@tensorflow/tfjs-core'],
  },
  {
    files: ['src/engine/executors/**'],
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
  { files: ['src/formats/**'], folders: ['formats', 'networks', 'shared'], packages: ['node:', 'pngjs', 'sharp'] },
  {
    files: ['src/trainer/**'],
    folders: ['trainer', 'formats', 'engine', 'networks', 'shared'],
    packages: ['node:', 'zod'],
  },
  { files: ['src/main/**'], folders: ['main', 'formats', 'networks', 'shared'], packages: ['node:', 'zod'] },
  { files: electronFiles, folders: ['main', 'formats', 'networks', 'shared'], packages: ['node:', 'zod', 'electron'] },
  {
    files: ['src/main/store/**'],
    folders: ['main', 'formats', 'networks', 'shared'],
    packages: ['node:', 'zod', 'better-sqlite3'],
  },
  { files: ['src/preload/**'], folders: ['preload', 'shared'], packages: ['electron'] },
  {
    files: ['src/renderer/**'],
    folders: ['renderer', 'shared'],
    packages: ['svelte', 'bits-ui', '@lucide/svelte', 'uplot', '@tanstack/table-core'],
  },
  {
    files: ['src/cli/**'],
    folders: ['cli', 'main', 'formats', 'networks', 'shared'],
    packages: ['node:', 'commander'],
    refused: electronModules,
  },
  {
    files: ['src/runner/**'],
    folders: ['runner', 'main', 'shared'],
    packages: ['node:', 'zod'],
    refused: electronModules,
  },
]

/** Everything but relative imports, the allowed aliases and the allowed packages. */
function forbiddenImports({ folders: allowedFolders, packages }) {
  const aliases = allowedFolders.map((folder) => `#${folder}/`)
  // A package by its whole name or a path inside it: `electron` does not allow `electron-store`.
  const names = packages.map((name) => (name.endsWith(':') ? name : `${name}(/|$)`))
  const allowed = [...aliases, ...names].map((prefix) => prefix.replace(/\./g, '\\.'))
  const message = `only ${[...aliases, ...packages].join(', ')} may be imported here (LAYERS in eslint.config.mjs)`
  return { regex: `^(?!\\.{1,2}/|${allowed.join('|')})`, message }
}

const layerRules = LAYERS.map(({ refused, ...layer }) => ({
  files: layer.files,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          forbiddenImports(layer),
          { regex: `^(\\.\\./)+(${folders.join('|')})/`, message: 'cross a folder of src by its alias' },
          ...(refused ? [{ regex: `^${refused}`, message: 'this file needs Electron; plain Node has none' }] : []),
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

/** What the type checker alone sees. A chosen few: the whole set would double the time of a check. */
const typeAware = {
  files: ['src/**/*.ts'],
  ignores: ['src/**/*.svelte.ts'],
  languageOptions: {
    parserOptions: { project: ['./tsconfig.node.json', './tsconfig.web.json'], tsconfigRootDir: import.meta.dirname },
  },
  rules: {
    '@typescript-eslint/await-thenable': 'error',
    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/no-misused-promises': 'error',
    '@typescript-eslint/no-unnecessary-type-assertion': 'error',
    '@typescript-eslint/only-throw-error': 'error',
    '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
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
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-nested-ternary': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
      // Maps and sets are replaced as a whole and held by $state.raw: reactive ones would hide that.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  // Tools that a terminal runs, and the two places that own an output stream.
  { files: ['test/bench/**', 'test/**/main.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.mjs', 'scripts/**/*.js', '*.config.js', 'test/**', 'src/{formats,trainer,main,cli,runner}/**'],
    languageOptions: { globals: globals.node },
  },
  {
    files: ['src/{renderer,preload}/**', 'test/support/renderer-harness/**'],
    languageOptions: { globals: globals.browser },
  },
  { files: ['**/*.config.ts'], rules: { 'no-restricted-exports': 'off' } },
  // The type checker knows undefined names; the core rule does not know types.
  { files: ['**/*.ts', '**/*.svelte'], rules: { 'no-undef': 'off' } },
  typeAware,
  ...layerRules,
  purity,
)
