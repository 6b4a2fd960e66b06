/** The studio by its real command line, and logits of what it has stored or packed by its real engine. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Executor } from '#engine/executors/executor.ts'
import { networkOf, packagedGraph } from '#formats/network-graph.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { networkPath, storeLayout } from '#main/store/layout.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import type { ExperimentRecord, NetworkRecord } from '#shared/protocol/records.ts'
import { unwrap } from '#shared/basics/result.ts'
import { networkLogits } from '#test/support/network-logits.ts'
import { networkOfPackage } from '#trainer/methods/packaged-network.ts'
import { readFloats, type NetworkCase } from './files.ts'

/** Short: the numbers of a package are compared, not its accuracy. */
const settings = [
  ...['--preset', 'smoke', '--set', 'permutation.mode=none', '--set', 'reconstruction.steps=20'],
  ...['--set', 'distillation.steps=2', '--set', 'distillation.images=gaussian-noise'],
  ...['--set', 'distillation.dataBatch=2', '--set', 'evaluation.images=10'],
]

export class OracleStudio {
  readonly #root: string
  readonly #store: string

  constructor(root: string, store: string) {
    this.#root = root
    this.#store = store
  }

  /** What `studio ...args --json` prints. Throws what it says where it fails. */
  run(args: readonly string[]): unknown {
    const cli = join(this.#root, 'out', 'cli', 'index.js')
    const all = [cli, ...args, '--store', this.#store, '--json']
    const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8', maxBuffer: 2 ** 28 })
    if (status !== 0) throw new Error(stderr.trim().split('\n').slice(-4).join(' ') || `ended with ${String(status)}`)
    return JSON.parse(stdout)
  }

  importNetwork({ file, name, options }: NetworkCase): NetworkRecord {
    // Printed by the studio itself.
    return this.run(['network', 'import', file, '--name', name, ...options]) as NetworkRecord
  }

  /** Compresses shortly and exports package and ONNX file into `folder`. */
  compress(
    { name, id }: NetworkRecord,
    dataset: string,
    folder: string,
  ): { readonly package: string; readonly onnx: string } {
    const run = ['run', '--network', id, '--dataset', dataset, '--name', name, ...settings]
    const experiment = this.run(run) as ExperimentRecord
    const made = this.run(['export', experiment.id, '--out', folder, '--force']) as {
      readonly files: readonly { readonly format: string; readonly fileName: string }[]
    }
    const path = (format: string) => join(folder, made.files.find((file) => file.format === format)?.fileName ?? format)
    return { package: path('nern'), onnx: path('onnx') }
  }

  /** Of the network as it lies in the store. */
  async storedLogits(executor: Executor, record: NetworkRecord, network: NetworkCase): Promise<readonly number[]> {
    const path = networkPath(storeLayout(this.#store), record.sha256)
    const file = unwrap(readSafetensors(readFileSync(path), path))
    const graph = networkOf({ name: path }, record, file.metadata)
    const entries = graph.parameters.map(({ name, shape }) => {
      const data = file.tensors.get(name)?.toFloat32() ?? new Float32Array()
      return [name, { dtype: 'float32' as const, shape, data }] as const
    })
    return networkLogits(executor, graph, Object.fromEntries<HostTensors[string]>(entries), imagesOf(network))
  }

  /** Of the network that a package is decoded to. */
  async packagedLogits(executor: Executor, path: string, network: NetworkCase): Promise<readonly number[]> {
    const { network: packaged, tensors } = await networkOfPackage(executor, readFileSync(path), path)
    return networkLogits(executor, packagedGraph({ name: path }, packaged), tensors, imagesOf(network))
  }
}

function imagesOf({ images, shape }: NetworkCase): HostTensors[string] {
  return { dtype: 'float32', shape, data: readFloats(images) }
}
