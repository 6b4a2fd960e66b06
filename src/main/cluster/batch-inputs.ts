/** What the runs of a batch need on a cluster, and their jobs with the paths it will have there. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { HEADER_FILE, IMAGES_FILE, LABELS_FILE, parseImageCacheHeader } from '#formats/image-cache/header.ts'
import { packValue } from '#shared/cluster/packed.ts'
import type { RequestOf } from '#shared/cluster/requests.ts'
import type { TimedJob } from '#shared/protocol/trainer-protocol.ts'
import { sha256Of, sha256OfFile } from '../files/sha256.ts'
import type { RemoteBatch, RemoteRunInput } from './remote-cluster.ts'
import type { RemoteObject } from './upload.ts'

type Submit = RequestOf<'submit'>

export interface BatchInputs {
  readonly objects: readonly RemoteObject[]
  readonly datasets: Submit['datasets']
  /** The tasks, once it is known where the folder lies there. */
  tasks(root: string): Submit['tasks']
}

interface Inputs {
  readonly objects: Map<string, RemoteObject>
  readonly datasets: Map<string, Submit['datasets'][number]>
  /** Digests of files that were read for an earlier run of the batch. */
  readonly digests: Map<string, string>
}

export async function inputsOfBatch(batch: RemoteBatch): Promise<BatchInputs> {
  const inputs: Inputs = { objects: new Map(), datasets: new Map(), digests: new Map() }
  const tasks: ((root: string) => Submit['tasks'][number])[] = []
  for (const run of batch.runs) tasks.push(await taskOf(inputs, batch, run))
  return {
    objects: [...inputs.objects.values()],
    datasets: [...inputs.datasets.values()],
    tasks: (root) => tasks.map((task) => task(root)),
  }
}

async function taskOf(
  inputs: Inputs,
  { submission, resources }: RemoteBatch,
  { runId, job, checkpoint }: RemoteRunInput,
): Promise<(root: string) => Submit['tasks'][number]> {
  const placed = await placedJob(inputs, job)
  const start = checkpoint === undefined ? undefined : addBytes(inputs, checkpoint.bytes)
  const bytes = packValue(job).bytes
  const jobFile = bytes === undefined ? undefined : addBytes(inputs, bytes)
  const needed = [
    ...placed.objects,
    ...[start, jobFile].flatMap((object) => (object === undefined ? [] : [object.sha256])),
  ]
  return (root) => ({
    version: 1,
    runId,
    submission,
    // With as many threads a run here gives the same numbers.
    executor: { executor: 'onnxruntime', provider: 'cpu', threads: resources.cpus },
    job: packValue(placed.job(root)).value,
    ...(jobFile === undefined ? {} : { jobFile: { sha256: jobFile.sha256, sizeBytes: jobFile.sizeBytes } }),
    ...(checkpoint === undefined || start === undefined
      ? {}
      : { checkpoint: { step: checkpoint.step, sha256: start.sha256 } }),
    objects: [...new Set(needed)],
  })
}

interface PlacedJob {
  readonly objects: readonly string[]
  job(root: string): object
}

async function placedJob(inputs: Inputs, job: TimedJob): Promise<PlacedJob> {
  const { network, dataset } = job
  const cache = await addDataset(inputs, dataset)
  const networkObject = network === undefined ? undefined : await addFile(inputs, network.path, network.sha256)
  const files: (readonly [string, RemoteObject])[] = []
  for (const field of ['permutationPath', 'startPath'] as const) {
    const path = field in job ? Reflect.get(job, field) : undefined
    if (typeof path === 'string') files.push([field, await addFile(inputs, path)])
  }
  const place = (root: string, { sha256 }: RemoteObject): string => `${root}/objects/${sha256}`
  return {
    objects: [
      ...cache,
      ...(networkObject === undefined ? [] : [networkObject.sha256]),
      ...files.map(([, { sha256 }]) => sha256),
    ],
    job: (root) => ({
      ...job,
      dataset: { ...dataset, path: `${root}/datasets/${dataset.sha256}` },
      ...(networkObject === undefined ? {} : { network: { ...network, path: place(root, networkObject) } }),
      ...Object.fromEntries(files.map(([field, object]) => [field, place(root, object)])),
    }),
  }
}

/** The header names the digests of the files beside it; its own names the data set. */
async function addDataset(inputs: Inputs, { path, sha256 }: TimedJob['dataset']): Promise<readonly string[]> {
  const known = inputs.datasets.get(sha256)
  if (known !== undefined) return known.files.map((file) => file.sha256)
  const json = await readFile(join(path, HEADER_FILE))
  const header = parseImageCacheHeader({ name: HEADER_FILE }, json)
  const files = [
    { name: HEADER_FILE, sha256: sha256Of(json) },
    { name: IMAGES_FILE, sha256: header.sha256.images },
    { name: LABELS_FILE, sha256: header.sha256.labels },
  ]
  for (const file of files) await addFile(inputs, join(path, file.name), file.sha256)
  inputs.datasets.set(sha256, { sha256, files })
  return files.map((file) => file.sha256)
}

async function addFile(inputs: Inputs, path: string, known?: string): Promise<RemoteObject> {
  const sha256 = known ?? inputs.digests.get(path) ?? (await sha256OfFile(path))
  inputs.digests.set(path, sha256)
  return add(inputs, { sha256, sizeBytes: (await stat(path)).size, source: path })
}

function addBytes(inputs: Inputs, bytes: Uint8Array): RemoteObject {
  return add(inputs, { sha256: sha256Of(bytes), sizeBytes: bytes.byteLength, source: bytes })
}

function add({ objects }: Inputs, object: RemoteObject): RemoteObject {
  objects.set(object.sha256, object)
  return object
}
