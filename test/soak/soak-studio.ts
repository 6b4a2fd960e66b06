import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createForkHosts } from '#main/trainer-host/fork-host.ts'
import { Studio } from '#main/studio.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { unwrap } from '#shared/basics/result.ts'
import { fillStore } from '#test/support/real-trainer.ts'

/** A studio with a small network and few images, whose trainers are the product's own. */
export async function openSoakStudio(storeFolder: string): Promise<Studio> {
  if (!existsSync(join(storeFolder, 'studio.sqlite'))) await fillStore(storeFolder)
  const studio = await Studio.open({
    storeFolder,
    program: 'soak',
    version: '0.0.0',
    createHost: createForkHosts({ entryPath: join(process.cwd(), '.cache/test-programs/trainer.js') }),
    resourcesFolder: join(process.cwd(), 'resources'),
    executor: { executor: 'onnxruntime', provider: 'cpu', threads: 1 },
    machine: { cores: 2, memoryBytes: 8 * 2 ** 30 },
    log: () => {},
  })
  studio.queue.startDispatching()
  return studio
}

/** What a trainer took at most. */
interface TrainerUse {
  readonly rssBytes: number
  readonly handles: number
}

/** Runs an experiment to its end; throws unless it is completed. */
export async function runOne(studio: Studio, seed: number): Promise<TrainerUse> {
  const [network] = unwrap(await studio.invoke('networks.list', {}))
  const [dataset] = unwrap(await studio.invoke('datasets.list', {}))
  if (network === undefined || dataset === undefined)
    throw new Error('the store of the soak has no network or data set')
  let rssBytes = 0
  let handles = 0
  const watch = setInterval(() => {
    for (const pid of studio.queue.trainerPids().values()) {
      rssBytes = Math.max(rssBytes, residentBytes(pid))
      handles = Math.max(handles, handlesOf(pid))
    }
  }, 50)
  try {
    const config = { ...spectralDefaults, seed, checkpointEverySteps: 10 }
    const { id } = unwrap(
      await studio.invoke('experiments.create', {
        config,
        networkId: network.id,
        datasetId: dataset.id,
        enqueue: true,
      }),
    )
    const status = await new Promise<string>((resolve) => {
      const stop = studio.events.on('experiment-changed', (changed) => {
        if (changed.id !== id || changed.status === 'queued' || changed.status === 'running') return
        stop()
        resolve(changed.status)
      })
    })
    if (status !== 'completed') throw new Error(`experiment ${id} is ${status}`)
    return { rssBytes, handles }
  } finally {
    clearInterval(watch)
  }
}

function residentBytes(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readText(`/proc/${pid}/status`))
  return 1024 * Number(found?.[1] ?? 0)
}

function handlesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return 0
  }
}

/** Empty for a process that has gone meanwhile. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
