/** `npm run check`: format, types, lint, circles of files and unused code. Every step runs, so that one report shows everything. */
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { bootstrap, root, runNode, say } from './lib/bootstrap.mjs'

const tools = await bootstrap()
const cache = path.join('.cache', 'check')
fs.mkdirSync(path.join(root, cache), { recursive: true })

function types(name) {
  const record = ['--incremental', '--tsBuildInfoFile', path.join(cache, `${name}.tsbuildinfo`)]
  return ['node_modules/typescript/bin/tsc', '-p', `tsconfig.${name}.json`, ...record]
}

const prettierCache = ['--cache', '--cache-location', path.join(cache, 'prettier.json')]
const eslintCache = ['--cache', '--cache-strategy=content', '--cache-location', path.join(cache, 'eslint.json')]
const svelteOptions = ['--tsconfig', 'tsconfig.web.json', '--fail-on-warnings', '--output', 'human']
const steps = [
  ['format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', ...prettierCache, '.']],
  ['types: pure folders', types('pure')],
  ['types: node', types('node')],
  ['types: tests of the window', types('window-tests')],
  ['types: renderer and preload', ['node_modules/svelte-check/bin/svelte-check', ...svelteOptions]],
  ['lint', ['node_modules/eslint/bin/eslint.js', '--max-warnings=0', ...eslintCache, '.']],
  ['circles of files', ['node_modules/oxlint/bin/oxlint', 'src']],
  [
    'unused files, exports and packages',
    ['node_modules/knip/bin/knip.js', '--cache', '--cache-location', path.join(cache, 'knip')],
  ],
]
const failed = []
for (const [name, args] of steps) {
  const startedAt = performance.now()
  const code = await runNode(tools, args)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  say(`check: ${name}: ${code === 0 ? 'ok' : 'FAILED'} (${seconds} s)`)
  if (code !== 0) failed.push(name)
}
process.stdout.write(`check: ${steps.length - failed.length} passed, ${failed.length} failed\n`)
process.exit(failed.length === 0 ? 0 : 1)
