/**
 * Compares what comes into the studio with what the tools compute that wrote it.
 * usage: npm run test:oracles -- [--only TEXT] [--remake] [--write-docs]
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { format, resolveConfig } from 'prettier'
import { createExecutor } from '#engine/executors/create-executor.ts'
import { formatTable } from '#shared/plain-text/table.ts'
import { compareNetworks, type NetworkResult } from './compare-networks.ts'
import { compareSet, type SetResult } from './compare-sets.ts'
import { readNetworkCases, readSetCases, type NetworkCase, type SetCase } from './files.ts'
import { OracleStudio } from './studio.ts'
import { networkPasses, networkRows, setPasses, setRows, withTables } from './tried.ts'

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: '.cache/oracles' },
    python: { type: 'string', default: 'python3' },
    keras: { type: 'string', default: 'python3' },
    only: { type: 'string', default: '' },
    remake: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
  },
})
const scripts = resolve('test', 'oracles')
const folder = resolve(values.folder)
const made = join(folder, 'made')
/** Lists of networks, each with the script that makes it. */
const makers = [
  { script: 'state_dicts.py', list: 'state-dicts.json', python: values.python },
  { script: 'jax_arrays.py', list: 'jax-arrays.json', python: values.python },
  { script: 'onnx_graphs.py', list: 'onnx-graphs.json', python: values.python },
  { script: 'keras_graphs.py', list: 'keras-graphs.json', python: values.keras },
  { script: 'image_sets.py', list: 'image-sets.json', python: values.python },
] as const
const setList = 'image-sets.json'
const say = (line: string) => process.stderr.write(`${line}\n`)

process.exitCode = await main()

async function main(): Promise<0 | 1> {
  make()
  const store = join(folder, 'store')
  rmSync(store, { recursive: true, force: true })
  const studio = new OracleStudio(resolve('.'), store)
  const isWanted = ({ name }: { readonly name: string }) => name.includes(values.only)
  const setCases = readSetCases(join(made, setList))
  const sets: SetResult[] = []
  for (const [index, set] of setCases.entries()) {
    if (isWanted(set)) sets.push(await compareSet(studio, store, set, `set ${index}`))
  }
  const lists = makers.map(({ list }) => list).filter((list) => list !== setList)
  const cases = lists.flatMap((list) => readNetworkCases(join(made, list))).filter(isWanted)
  const datasetFor = importFor(studio, cases, setCases)
  const networks = await onExecutor(
    (executor) =>
    compareNetworks(cases, { studio, executor, datasetFor, folder, say, loadPackages: (list) => runPython(values.python, ['packages.py', list]) }), // prettier-ignore
  )
  report(networks, sets)
  if (values['write-docs']) await writeDocs(networks, sets)
  const failed = [...networks.map(networkPasses), ...sets.map(setPasses)].filter((passes) => !passes).length
  console.log(`${networks.length + sets.length - failed} passed, ${failed} failed`)
  return failed === 0 && networks.length + sets.length > 0 ? 0 : 1
}

/** The first set in the sizes of the images of networks that are compressed; its name in each. */
function importFor(studio: OracleStudio, cases: readonly NetworkCase[], [first]: readonly SetCase[]) {
  if (first === undefined) throw new Error(`${setList} lists no data set`)
  const sides = new Set(cases.filter(({ compress }) => compress).map(({ shape }) => shape[3]))
  const nameOf = (side: number) => `images of ${side} pixels`
  for (const side of sides) {
    studio.run(['dataset', 'import', first.path, '--size', String(side), '--name', nameOf(side)])
  }
  return ({ shape }: NetworkCase) => nameOf(shape[3])
}

/** Networks and data sets, unless they are there. */
function make(): void {
  if (values.remake) rmSync(made, { recursive: true, force: true })
  mkdirSync(made, { recursive: true })
  for (const { script, list, python } of makers) {
    if (existsSync(join(made, list))) continue
    say(`Making ${list} ...`)
    runPython(python, [script, made])
  }
}

function runPython(python: string, args: readonly string[]): void {
  const { status, error } = spawnSync(python, args, { cwd: scripts, stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error(`${python} ${args.join(' ')} failed (${error?.message ?? String(status)})`)
}

async function onExecutor<T>(use: (executor: Awaited<ReturnType<typeof createExecutor>>) => Promise<T>): Promise<T> {
  const executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 0 })
  try {
    return await use(executor)
  } finally {
    executor.dispose()
  }
}

function report(networks: readonly NetworkResult[], sets: readonly SetResult[]): void {
  for (const [titles = [], ...rows] of [networkRows(networks), setRows(sets)]) {
    console.log(`${formatTable(titles.map((title) => ({ title })), rows)}\n`) // prettier-ignore
  }
  for (const { network, problem } of networks) if (problem !== undefined) console.log(`${network.name}: ${problem}`)
  for (const { set, problem } of sets) if (problem !== undefined) console.log(`${set.name}: ${problem}`)
}

async function writeDocs(networks: readonly NetworkResult[], sets: readonly SetResult[]): Promise<void> {
  const path = resolve('docs', 'formats.md')
  const page = withTables(readFileSync(path, 'utf8'), [networkRows(networks), setRows(sets)])
  writeFileSync(path, await format(page, { ...(await resolveConfig(path)), filepath: path }))
}
