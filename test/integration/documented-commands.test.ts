/**
 * What the documents tell people to type: every command parses against a real store, with all its options, presets,
 * names and parameters, and one of each command of the command line is run.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { main } from '#cli/main.ts'
import { createForkHosts } from '#main/trainer-host/fork-host.ts'
import { parserOptions } from '#cli/option.ts'
import { findCommand, optionsOf } from '#cli/read-command-line.ts'
import {
  documentedCode,
  mentionedCommands,
  shellWords,
  type DocumentedCommand,
} from '#test/support/documented-commands.ts'
import { LocalCluster } from '#test/support/local-cluster.ts'
import { itWithPython, runPython } from '#test/support/python.ts'
import { problemOf } from '#test/support/rehearse.ts'
import { scriptedTrainerPath } from '#test/support/programs.ts'
import { writeNetworkFile } from '#test/support/studio.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const projectFolder = join(import.meta.dirname, '../..')
const pages = [
  ...readdirSync(projectFolder),
  ...['docs', 'resources'].flatMap((part) =>
    readdirSync(join(projectFolder, part), { recursive: true, encoding: 'utf8' }).map((name) => join(part, name)),
  ),
].filter((name) => name.endsWith('.md'))
const read = (page: string) => readFileSync(join(projectFolder, page), 'utf8')
const code = pages.map((page) => documentedCode(page, read(page)))
const commands = code.flatMap((page) => page.commands)
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> }

const folder = mkdtempSync(join(tmpdir(), 'nern-documents-'))
const storeFolder = join(folder, 'store')
const networkFile = writeNetworkFile(folder)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Programs that are not ours: that there is such a line is all that is checked. */
const foreignPrograms = ['apt', 'brew', 'export', 'sudo', 'xcode-select']

/** What stands in capitals in the documents, and names of files that readers have. */
const values: Readonly<Record<string, string>> = {
  NETWORK: 'resnet20-cifar10',
  N: 'resnet20-cifar10',
  D: 'cifar10',
  M: 'int4',
  SEED: '3',
  EXPERIMENT: 'fast',
  REMOVED: 'removed',
  BATCH: 'a batch',
  CLUSTER: 'uni',
  ALIAS: 'login',
  NAME: 'fast',
  NERN: 'fast',
  INT4: 'int4',
  INT8: 'int8',
  FILE: networkFile,
  'small.spectral.safetensors': join(folder, 'small.spectral.safetensors'),
  'curves.csv': join(folder, 'curves.csv'),
  'rows.csv': join(folder, 'rows.csv'),
  'metrics.csv': join(folder, 'metrics.csv'),
  'comparison.html': join(folder, 'comparison.html'),
  'comparison.csv': join(folder, 'comparison.csv'),
  'resnet20-12fca82f.th': networkFile,
}

/** The words of a command with values in place of what stands in capitals; throws for capitals without a value. */
function filledWords(text: string): readonly string[] {
  return shellWords(text).map((word) => {
    const value = values[word]
    if (value !== undefined) return value
    // An export replaces nothing.
    if (word === 'DIR') return mkdtempSync(join(folder, 'out-'))
    if (/^[A-Z][A-Z\d_]*$/.test(word)) throw new Error(`${word} has no value in this test.`)
    return word
  })
}

/** The arguments of `npm run studio -- ...`; undefined for another command. */
function studioArguments(words: readonly string[]): readonly string[] | undefined {
  return words.slice(0, 4).join(' ') === 'npm run studio --' ? words.slice(4) : undefined
}

/** What is wrong with a command line of a document, or undefined. */
async function problem(text: string): Promise<string | undefined> {
  const words = filledWords(text)
  const studio = studioArguments(words)
  if (studio !== undefined) return problemOf(studio, storeFolder)
  const [program = '', ...args] = words
  if (foreignPrograms.includes(program)) return undefined
  if (program === 'npm') return npmProblem(args)
  if (program === 'node') return existsSync(join(projectFolder, args[0] ?? '')) ? undefined : `There is no ${args[0]}.`
  if (program === 'python3') return optionProblem(args[0] ?? '', args.slice(1), declaresInPython)
  return `There is no program ${program}.`
}

/** Commands of npm itself, which need no script. */
const npmCommands = ['ci', 'config', 'pack', 'rebuild']

function npmProblem([command = '', ...rest]: readonly string[]): string | undefined {
  // Alone, `npm run` lists the scripts.
  if (npmCommands.includes(command) || (command === 'run' && rest.length === 0)) return undefined
  const [script = '', ...args] = command === 'run' ? rest : [command, ...rest]
  if (scripts[script] === undefined) return `package.json has no script ${script}.`
  if (args.length === 0) return undefined
  if (args[0] !== '--') return `What goes to ${script} stands behind --.`
  switch (script) {
    case 'bench':
      return optionProblem(`test/bench/${args[1] ?? ''}.bench.ts`, args.slice(2), declaresForParseArgs)
    case 'fuzz':
      return optionProblem('test/fuzz/main.ts', args.slice(1), declaresForParseArgs)
    case 'fuzz:contract':
      return optionProblem('scripts/fuzz-contract.mjs', args.slice(1), declaresForParseArgs)
    case 'test:mutants':
      return optionProblem('test/mutants/main.ts', args.slice(1), declaresForParseArgs)
    case 'test:faults':
      return optionProblem('test/faults/command.ts', args.slice(1), declaresForParseArgs)
    case 'soak':
      return optionProblem('test/soak/main.ts', args.slice(1), declaresForParseArgs)
    case 'test:goldens':
      return optionProblem('test/numeric/goldens/main.ts', args.slice(1), declaresForParseArgs)
    case 'test:oracles':
      return optionProblem('test/oracles/main.ts', args.slice(1), declaresForParseArgs)
    case 'test:launch':
      return optionProblem('scripts/test-launch.mjs', args.slice(1), declaresForParseArgs)
    case 'test:e2e':
      // Files to run go to Playwright; options are those of the script alone.
      return optionProblem('scripts/test-e2e.mjs', args.slice(1), (source, name) => source.includes(`'--${name}'`))
    case 'start':
      return optionProblem('src/main/launch-options.ts', args.slice(1), declaresForParseArgs)
    default:
      return `This test does not know what ${script} takes.`
  }
}

type Declares = (source: string, name: string) => boolean
const declaresInPython: Declares = (source, name) => source.includes(`add_argument("--${name}"`)
const declaresForParseArgs: Declares = (source, name) =>
  ['string', 'boolean'].some((type) =>
    [` ${name}: { type: '${type}'`, ` '${name}': { type: '${type}'`].some((text) => source.includes(text)),
  )

/** What is wrong with the options given to a program of ours: every one must be declared in its file. */
function optionProblem(file: string, args: readonly string[], declares: Declares): string | undefined {
  if (!existsSync(join(projectFolder, file))) return `There is no ${file}.`
  const source = read(file)
  const unknown = args
    .filter((arg) => arg.startsWith('--'))
    .map((arg) => arg.slice(2).replace(/=.*/, ''))
    .find((name) => !declares(source, name))
  return unknown === undefined ? undefined : `${file} has no option --${unknown}.`
}

/** What the command line prints and ends with; its trainers are scripted. */
async function run(args: readonly string[], store: string): Promise<{ readonly code: number; readonly text: string }> {
  let text = ''
  const stream = { write: (part: string) => (text += part) }
  const installation = {
    version: '0.0.0',
    trainerPath: scriptedTrainerPath,
    resourcesFolder: join(projectFolder, 'resources'),
    openCluster: () => new LocalCluster(createForkHosts({ entryPath: scriptedTrainerPath })),
  }
  const code = await main([...args, '--store', store], installation, { stdout: stream, stderr: stream })
  return { code, text }
}

async function mustRun(args: readonly string[]): Promise<void> {
  const { code, text } = await run(args, storeFolder)
  if (code !== 0) throw new Error(`studio ${args.join(' ')} ended with ${code}: ${text}`)
}

/** Steps that take seconds with a scripted trainer, whatever the documents say. */
const short = ['--set', 'reconstruction.steps=20']

beforeAll(async () => {
  // The scripted trainer makes up what it "imports"; nothing is fetched.
  vi.stubEnv('NERN_CIFAR10', '/scripted')
  await mustRun(['cluster', 'add', 'uni', '--host', 'login', '--folder', '~/nern-studio'])
  await mustRun(['network', 'import', 'sample'])
  await mustRun(['dataset', 'import', 'cifar10'])
  const on = ['--network', 'resnet20-cifar10', '--dataset', 'CIFAR-10']
  // With a checkpoint, for forks.
  await mustRun(['run', ...on, '--name', 'fast', ...short, '--set', 'checkpointEverySteps=5'])
  // One of its experiments is completed, one paused, one cancelled, and one waits.
  const sweep = join(folder, 'sweep.yaml')
  writeFileSync(
    sweep,
    `{ name: a batch, network: resnet20-cifar10, dataset: cifar10, config: { preset: smoke }, seeds: [1, 2, 3, 4] }`,
  )
  await mustRun(['sweep', sweep])
  const member = (seed: number) => `resnet20-cifar10: seed ${seed}`
  await mustRun(['queue', 'pause', member(2), member(4)])
  await mustRun(['queue', 'cancel', member(3)])
  await mustRun(['queue', 'start'])
  await mustRun(['queue', 'resume', member(4)])
  for (const method of ['int4', 'int8']) await mustRun(['baseline', ...on, '--method', method, '--name', method])
  await mustRun(['baseline', ...on, '--method', 'int4', '--name', 'removed'])
  await mustRun(['experiments', 'remove', 'removed'])
})

describe('the documents', () => {
  it('have commands to be checked', () => {
    expect(commands.length).toBeGreaterThan(30)
  })

  it.each(commands)('say at $where a command that can be typed: $text', async ({ text }) => {
    expect(await problem(text)).toBeUndefined()
  })

  const mentioned = pages.flatMap((page) => mentionedCommands(page, read(page), ['npm', 'studio']))
  it.each(mentioned)('name at $where a command that there is: $text', ({ text }) => {
    expect(mentionProblem(text)).toBeUndefined()
  })

  const python = code.flatMap((page) => page.python)
  itWithPython([])('have Python that compiles', () => {
    expect(python.length).toBeGreaterThan(0)
    for (const { where, source } of python) {
      runPython(['-c', `compile(${JSON.stringify(source)}, ${JSON.stringify(where)}, 'exec')`])
    }
  })
})

/** A mention may leave out what a command needs, and end in dots. */
function mentionProblem(text: string): string | undefined {
  const words = shellWords(text)
  const args = words[0] === 'studio' ? words.slice(1) : studioArguments(words)
  if (args === undefined) return npmProblem(words.slice(1))
  if (args[0] === '--help' || args[0] === 'help') return undefined
  const command = findCommand(args)
  if (command === undefined) return `There is no command ${args.join(' ')}.`
  const known = ['--help', ...parserOptions(optionsOf(command)).map(({ long }) => long)]
  const unknown = args.find((arg) => arg.startsWith('--') && !known.includes(arg))
  return unknown === undefined ? undefined : `studio ${command.name} has no option ${unknown}.`
}

describe('of each command of the command line that the documents have', () => {
  const firsts = new Map<string, DocumentedCommand & { readonly args: readonly string[] }>()
  for (const documented of commands) {
    const args = studioArguments(filledWords(documented.text))
    const name = args === undefined ? undefined : findCommand(args)?.name
    if (args !== undefined && name !== undefined && !firsts.has(name)) firsts.set(name, { ...documented, args })
  }

  it.each([...firsts].map(([name, documented]) => ({ name, ...documented })))(
    'one is run: $text',
    async ({ name, args }) => {
      const store = mkdtempSync(join(folder, 'run-'))
      cpSync(storeFolder, store, { recursive: true })
      const isCompression = name === 'run' && !args.some((arg) => arg.startsWith('baseline-'))
      const { code, text } = await run([...args, ...(isCompression ? short : [])], store)
      expect({ code, text }).toMatchObject({ code: 0 })
    },
  )
})

it.each([
  ['npm run studio -- netwrok list', 'There is no command netwrok list. Did you mean network list?'],
  ['npm run studio -- network list --colour', "Unknown option '--colour'"],
  ['npm run studio -- network show', "Missing required argument 'NAME'."],
  ['npm run studio -- run --network N --dataset D --preset fats', 'There is no preset fats. Did you mean fast?'],
  ['npm run studio -- run --network nobody --dataset D', 'There is no network nobody.'],
  ['npm run studio -- run --network N --dataset cifar11', 'There is no data set cifar11. Did you mean CIFAR-10?'],
  ['npm run studio -- run --from nothing', 'There is no experiment nothing.'],
  ['npm run studio -- run --network N --dataset D --set reconstruction.step=1', 'There is no parameter'],
  ['npm run studio -- baseline --network N --dataset D --method int9', 'There is no method int9.'],
  ['npm run studoi -- network list', 'package.json has no script studoi.'],
  ['npm run bench -- step', 'There is no test/bench/step.bench.ts.'],
  ['npm run bench -- steps --round 3', 'test/bench/steps.bench.ts has no option --round.'],
  ['npm run fuzz -- --file 3', 'test/fuzz/main.ts has no option --file.'],
  ['npm run test:oracles -- --onl x', 'test/oracles/main.ts has no option --onl.'],
  ['npm run test:launch -- --time 3', 'scripts/test-launch.mjs has no option --time.'],
  ['npm run test:e2e -- --under-load', 'scripts/test-e2e.mjs has no option --under-load.'],
  ['npm run test:goldens -- --directory DIR', 'test/numeric/goldens/main.ts has no option --directory.'],
  ['npm run check -- --fix', 'This test does not know what check takes.'],
  ['node scripts/studoi.mjs', 'There is no scripts/studoi.mjs.'],
  ['python3 test/bench/optimizers.py --step 3', 'test/bench/optimizers.py has no option --step.'],
  ['studio network list', 'There is no program studio.'],
])('finds what is wrong with: %s', async (text, said) => {
  expect(await problem(text)).toContain(said)
})

it('asks for a value of every word in capitals', async () => {
  await expect(problem('npm run studio -- network show SOMETHING')).rejects.toThrow('SOMETHING has no value')
})

it('leaves nothing beside its own folder', () => {
  expect(readdirSync(projectFolder)).not.toContain('curves.csv')
})
