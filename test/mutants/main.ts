/**
 * `npm run test:mutants -- [--only TEXT] [--again]`: takes one guard after another away, in a copy of the project, and runs
 * the test that must notice. Results are kept in .cache/mutants by what they depend on, so that a run that was ended goes on
 * where it was. Exit code 1 when a mutant survives.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Mutant } from './mutant.ts'
import { storeMutants } from './store-mutants.ts'
import { windowMutants } from './window-mutants.ts'

type Verdict = 'killed' | 'survived' | 'does not apply' | 'its test fails without it'

const root = process.cwd()
const folder = join(root, '.cache', 'mutants')
const scratch = join(folder, 'copy')
const resultsPath = join(folder, 'results.json')

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, again: { type: 'boolean', default: false } },
})
const wanted = [...storeMutants, ...windowMutants].filter(({ name, file, test }) =>
  [name, file, test].some((text) => text.includes(values.only)),
)
mkdirSync(folder, { recursive: true })
const known = readResults()
const passing = new Map<string, boolean>()
copyProject()
const rows = wanted.map((mutant) => ({ mutant, verdict: verdictOf(mutant) }))
const survivors = rows.filter(({ verdict }) => verdict !== 'killed')
for (const { mutant, verdict } of survivors) console.log(`${verdict}: ${mutant.name} (${mutant.file}, ${mutant.test})`)
console.log(`mutants: ${rows.length - survivors.length} killed, ${survivors.length} not`)
process.exitCode = survivors.length === 0 ? 0 : 1

function verdictOf(mutant: Mutant): Verdict {
  const key = keyOf(mutant)
  const before = values.again ? undefined : known[key]
  if (before !== undefined) return before
  const startedAt = performance.now()
  const verdict = tryMutant(mutant)
  console.log(`${verdict}: ${mutant.name} (${Math.round((performance.now() - startedAt) / 1000)} s)`)
  known[key] = verdict
  writeFileSync(resultsPath, JSON.stringify(known, null, 2))
  return verdict
}

function tryMutant({ file, replaced, by, test }: Mutant): Verdict {
  const path = join(scratch, file)
  const source = readFileSync(path, 'utf8')
  if (source.split(replaced).length !== 2) return 'does not apply'
  const isPassing = passing.get(test) ?? passes(test)
  passing.set(test, isPassing)
  if (!isPassing) return 'its test fails without it'
  try {
    writeFileSync(
      path,
      source.replace(replaced, () => by),
    )
    return passes(test) ? 'survived' : 'killed'
  } finally {
    writeFileSync(path, source)
  }
}

function passes(test: string): boolean {
  const args = test.startsWith('test/e2e/')
    ? ['scripts/test-e2e.mjs', test, '--max-failures=1']
    : ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', test]
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: scratch,
    encoding: 'utf8',
    timeout: 900_000,
    maxBuffer: 2 ** 28,
    env: { ...process.env, NO_COLOR: '1' },
  })
  // Only a test that ran can notice: a build that fails, or no test at all, is a mutant that says nothing.
  if (status !== 0 && !/\d+ failed/.test(stdout)) {
    throw new Error(`${test} did not run: ${stdout.slice(-2000)}`)
  }
  return status === 0
}

/** The files of the project, and what is installed and downloaded for it. */
function copyProject(): void {
  rmSync(scratch, { recursive: true, force: true })
  const listed = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  for (const file of listed.stdout.split('\n')) {
    if (file === '' || !existsSync(file)) continue
    mkdirSync(dirname(join(scratch, file)), { recursive: true })
    cpSync(file, join(scratch, file))
  }
  symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'))
  mkdirSync(join(scratch, '.cache'))
  for (const name of ['electron-dist', 'better-sqlite3-electron33', 'electron-download-failed.json', 'cifar10']) {
    if (existsSync(join(root, '.cache', name))) symlinkSync(join(root, '.cache', name), join(scratch, '.cache', name))
  }
}

function keyOf(mutant: Mutant): string {
  const texts = [JSON.stringify(mutant), readFileSync(mutant.file, 'utf8'), readFileSync(mutant.test, 'utf8')]
  return createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 24)
}

function readResults(): Record<string, Verdict> {
  if (!existsSync(resultsPath)) return {}
  // Our own file.
  return JSON.parse(readFileSync(resultsPath, 'utf8')) as Record<string, Verdict>
}
