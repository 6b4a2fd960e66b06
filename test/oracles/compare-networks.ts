import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Executor } from '#engine/executors/executor.ts'
import { largestDifference, readFloats, type NetworkCase } from './files.ts'
import type { OracleStudio } from './studio.ts'

export interface NetworkResult {
  readonly network: NetworkCase
  /** Of the logits, as a share of the largest. */
  readonly difference?: number
  /** The same between the decoded package in the studio and as nern_load.py reads it. */
  readonly packaged?: number
  readonly problem?: string
}

interface Compressed {
  readonly network: NetworkCase
  readonly logits: readonly number[]
  readonly files: { readonly package: string; readonly onnx: string }
  readonly loaded: string
}

interface Surroundings {
  readonly studio: OracleStudio
  readonly executor: Executor
  /** Name of a data set of the studio whose images have the size that the network takes. */
  readonly datasetFor: (network: NetworkCase) => string
  readonly folder: string
  /** Runs packages.py on a list. */
  readonly loadPackages: (list: string) => void
  readonly say: (line: string) => void
}

/** Imports every network, compares its logits, and those of the packages of the networks that are compressed. */
export async function compareNetworks(
  cases: readonly NetworkCase[],
  surroundings: Surroundings,
): Promise<readonly NetworkResult[]> {
  const results: NetworkResult[] = []
  const compressed: Compressed[] = []
  for (const [index, network] of cases.entries()) {
    surroundings.say(`${index + 1} of ${cases.length}: ${network.name}`)
    const result = await compareOne(network, index, surroundings, compressed)
    if (result.problem !== undefined) surroundings.say(`  ${result.problem}`)
    results.push(result)
  }
  if (compressed.length === 0) return results
  const list = join(surroundings.folder, 'packages.json')
  const toLoad = compressed.map(({ network, files, loaded }) => {
    const { name, build, images, shape } = network
    return { name, build, images, shape, ...files, logits: loaded }
  })
  writeFileSync(list, JSON.stringify(toLoad))
  surroundings.loadPackages(list)
  return results.map((result) => {
    const found = compressed.find(({ network }) => network === result.network)
    return found === undefined
      ? result
      : { ...result, packaged: largestDifference(found.logits, readFloats(found.loaded)) }
  })
}

async function compareOne(
  network: NetworkCase,
  index: number,
  { studio, executor, datasetFor, folder }: Surroundings,
  compressed: Compressed[],
): Promise<NetworkResult> {
  try {
    const record = studio.importNetwork(network)
    const difference = largestDifference(
      readFloats(network.logits),
      await studio.storedLogits(executor, record, network),
    )
    if (!network.compress) return { network, difference }
    const target = join(folder, 'packages', String(index))
    mkdirSync(target, { recursive: true })
    const files = studio.compress(record, datasetFor(network), target)
    const logits = await studio.packagedLogits(executor, files.package, network)
    compressed.push({ network, logits, files, loaded: join(target, 'loaded.logits') })
    return { network, difference }
  } catch (thrown) {
    return { network, problem: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}
