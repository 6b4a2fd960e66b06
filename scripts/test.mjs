/**
 * `npm test`: everything that must hold, from formatting to the packaged app. Stops at nothing; the last line sums up.
 */
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { bootstrap, bootstrapElectron, root, runNode, say } from './lib/bootstrap.mjs'
import { cifar10Folder } from './lib/cifar10.mjs'
import { softwareWebgpu } from './lib/software-webgpu.mjs'
import { installPythonModules, installSlurm } from './lib/system-packages.mjs'
import {
  countsOfOutput,
  countsOfPlaywright,
  countsOfVitest,
  failuresOfPlaywright,
  failuresOfVitest,
} from './lib/test-counts.mjs'

const tools = await bootstrap()
const { buildCli, buildStudio } = await import('./lib/build.mjs')
const { env: electronEnv } = await bootstrapElectron(tools)
// Elsewhere tests that lack a Python module or Slurm are skipped by name; here none may be.
if (process.env['CI'] !== undefined) {
  installPythonModules()
  installSlurm()
}
const shared = path.resolve(root, process.env['NERN_SHARED'] ?? '../shared')
const env = { ...electronEnv, NERN_CIFAR10: await cifar10Folder(), NERN_SHARED: shared }

const results = path.join(root, 'test-results')
const vitestReport = path.join(results, 'vitest.json')
const playwrightReport = path.join(results, 'e2e.json')
fs.rmSync(results, { recursive: true, force: true })
fs.mkdirSync(results, { recursive: true })

const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${vitestReport}`]
const goldens = path.join(shared, 'method', 'goldens')
// The graphics tests run on the processor: the same everywhere, and there is no graphics card to rely on.
const graphics = softwareWebgpu(path.dirname(electronEnv['NERN_ELECTRON']))
const suites = [
  { name: 'check', args: ['scripts/check.mjs'] },
  {
    name: 'unit, numeric and integration tests',
    args: ['node_modules/vitest/vitest.mjs', 'run', ...reporters],
    counts: () => countsOfVitest(vitestReport),
    failures: () => failuresOfVitest(vitestReport),
    extraEnv: graphics,
  },
  {
    name: 'golden values of the method',
    args: ['scripts/test-goldens.mjs', '--dir', goldens],
    extraEnv: graphics,
    // They are no part of the repository: without them this is skipped, but never where it decides about a change.
    isSkipped: !fs.existsSync(goldens) && process.env['CI'] === undefined,
  },
  {
    name: 'end-to-end tests',
    args: ['scripts/test-e2e.mjs'],
    counts: () => countsOfPlaywright(playwrightReport),
    failures: () => failuresOfPlaywright(playwrightReport),
  },
  { name: 'packaged app', args: ['scripts/test-package.mjs'] },
]

const total = { passed: 0, failed: 0, skipped: 0 }
const lines = []
const failures = []
try {
  await buildCli()
  await buildStudio()
} catch (cause) {
  total.failed++
  lines.push(`FAILED  build: ${cause.message}`)
}
for (const suite of suites) {
  const { name, args, isSkipped = false, counts = countsOfOutput, extraEnv = {} } = suite
  if (isSkipped) {
    total.skipped++
    lines.push(`skipped ${name}: ${goldens} does not exist`)
    continue
  }
  say(`\n== ${name}`)
  const startedAt = performance.now()
  let output = ''
  const code = await runNode({ node: tools.node, env: { ...env, ...extraEnv } }, args, {
    onOutput: (text) => (output = (output + text).slice(-10_000)),
  })
  const found = counts(output) ?? { passed: 0, failed: 0, skipped: 0 }
  // A suite that ends badly without a failed test, or without any test, has failed as a whole.
  if (found.failed === 0 && (code !== 0 || found.passed === 0)) found.failed = 1
  failures.push(...(suite.failures?.() ?? []))
  for (const kind of Object.keys(total)) total[kind] += found[kind]
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  const verdict = found.failed === 0 ? 'ok     ' : 'FAILED '
  lines.push(
    `${verdict} ${name}: ${found.passed} passed, ${found.failed} failed, ${found.skipped} skipped (${seconds} s)`,
  )
}
// Again at the end: of a long output often only the end is kept.
for (const { test, message } of failures) say(`\nFAILED  ${test}\n${message.replaceAll(/^/gm, '        ')}`)
say('')
for (const line of lines) say(line)
const skipped = total.skipped === 0 ? '' : ` (${total.skipped} skipped)`
process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`)
process.exit(total.failed === 0 ? 0 : 1)
