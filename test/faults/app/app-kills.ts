import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { compressPresetConfig } from '#test/support/preset-config.ts'
import { fillStore } from '#test/support/real-trainer.ts'
import { ask, launchStudio, quit, storeFolderIn, type OpenStudio } from '../../e2e/launch.ts'
import type { Campaign } from '../campaign.ts'

const kills = 3
const names = ['first', 'second'] as const

/**
 * The main process of the app is killed at random moments while its queue works, and started again; at last the queue is
 * done, and every package is the same to the last bit as without kills.
 */
export const appKills: Campaign = {
  name: 'app-kills',
  async begin(folder) {
    const template = join(folder, 'app')
    await fillStore(storeFolderIn(template))
    const startedAt = performance.now()
    const expected = await inCopy(template, async (own) => {
      const studio = await launchStudio(own)
      await queueAll(studio)
      return finish(studio)
    })
    const wholeMs = performance.now() - startedAt
    return (random) =>
      inCopy(template, async (own) => {
        const moments: number[] = []
        for (let kill = 0; kill < kills; kill++) {
          const studio = await launchStudio(own)
          if (kill === 0) await queueAll(studio)
          moments.push(Math.round((random.uniform() * wholeMs) / kills))
          await wait(moments.at(-1))
          const exited = once(studio.process, 'exit')
          studio.process.kill('SIGKILL')
          await exited
        }
        const found = await finish(await launchStudio(own))
        const what = `main killed after ${moments.join(', ')} ms`
        return { what, wrong: found === expected ? undefined : 'the packages are others' }
      })
  },
}

async function queueAll({ page }: OpenStudio): Promise<void> {
  const [network] = await ask(page, 'networks.list', {})
  const [dataset] = await ask(page, 'datasets.list', {})
  await ask(page, 'studio.update-settings', { places: 1 })
  for (const [seed, name] of names.entries()) {
    await ask(page, 'experiments.create', {
      name,
      config: { ...compressPresetConfig('smoke'), seed, checkpointEverySteps: 5 },
      networkId: network?.id ?? '',
      datasetId: dataset?.id ?? '',
      enqueue: true,
    })
  }
}

/** Waits until the queue is done, quits, and returns all packages; throws where an experiment was not completed. */
async function finish(studio: OpenStudio): Promise<string> {
  const { page, storeFolder } = studio
  for (;;) {
    const { items } = await ask(page, 'experiments.list', {})
    const failed = items.find(({ status }) => !['queued', 'running', 'completed'].includes(status))
    if (failed !== undefined) throw new Error(`${failed.name} is ${failed.status}`)
    if (items.length < names.length) throw new Error(`${names.length - items.length} experiments are lost`)
    if (items.every(({ status }) => status === 'completed')) {
      if ((await quit(studio)) !== 0) throw new Error('The app did not end well.')
      return items
        .toSorted((a, b) => a.name.localeCompare(b.name))
        .map(({ latestRun }) =>
          readFileSync(join(storeFolder, 'runs', latestRun?.id ?? '', 'package.nern.safetensors'), 'base64'),
        )
        .join()
    }
    await wait(200)
  }
}

async function inCopy<T>(template: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'nern-app-fault-'))
  try {
    cpSync(template, folder, { recursive: true })
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
