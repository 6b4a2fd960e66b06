import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { sampleToken } from '#main/commands/library.ts'
import { Studio } from '#main/studio.ts'
import { createForkHosts } from '#main/trainer-host/fork-host.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { AppException, unwrap } from '#shared/basics/result.ts'
import { addSmallDataset } from '#test/support/small-dataset.ts'
import { launchStudio, quit, storeFolderIn, trainerEntry, type OpenStudio } from './launch.ts'

interface Fixtures {
  /** `empty`: a new store. `library`: one with an untrained ResNet-20 and a data set of few images. */
  readonly start: 'empty' | 'library'
  /** Folder with the store and Chromium's files; removed when the test ends. */
  readonly folder: string
  /** Starts the studio on `folder`; what a test leaves open is ended with it. */
  readonly launch: (files?: readonly string[]) => Promise<OpenStudio>
  /** An open studio; must end well when the test does. */
  readonly studio: OpenStudio
}

interface WorkerFixtures {
  /** What `library` starts from, made when it is first wanted: untrained weights in the place of the sample network. */
  readonly libraryFolder: () => Promise<string>
  /** One studio on a new store for tests that leave nothing behind: starting takes longer than most of them. */
  readonly sharedStudio: OpenStudio
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  start: ['empty', { option: true }],

  libraryFolder: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of the fixtures from the pattern
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'nern-e2e-library-'))
      let filled: Promise<void> | undefined
      await use(async () => {
        await (filled ??= fillLibrary(folder))
        return folder
      })
      await rm(folder, { recursive: true, force: true })
    },
    { scope: 'worker' },
  ],

  sharedStudio: [
    // eslint-disable-next-line no-empty-pattern -- as above
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'nern-e2e-shared-'))
      const studio = await launchStudio(folder)
      await use(studio)
      await quit(studio)
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  folder: async ({ start, libraryFolder }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'nern-e2e-'))
    if (start === 'library') await cp(storeFolderIn(await libraryFolder()), storeFolderIn(folder), { recursive: true })
    await use(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  },

  launch: async ({ folder }, use, info) => {
    const started: OpenStudio[] = []
    await use(async (files) => {
      const startedAt = performance.now()
      const studio = await launchStudio(folder, files)
      started.push(studio)
      // What `npm run test:launch` reads.
      info.annotations.push({ type: 'launch', description: `${Math.round(performance.now() - startedAt)} ms` })
      return studio
    })
    for (const { process } of started) process.kill('SIGKILL')
  },

  studio: async ({ launch }, use) => {
    const studio = await launch()
    await use(studio)
    expect(await quit(studio)).toBe(0)
  },
})

export { expect }

/** Imports through the studio itself, so that the store is one the studio makes. */
async function fillLibrary(folder: string): Promise<void> {
  const storeFolder = storeFolderIn(folder)
  await addSmallDataset(storeFolder)
  const network = buildNetwork('resnet20-cifar-b', 10)
  if (!network.ok) throw new AppException(network.error)
  const samples = join(folder, 'resources', 'samples')
  await mkdir(samples, { recursive: true })
  const weights = writeSafetensors(Object.entries(initialParameters(network.value, 7)))
  await writeFile(join(samples, 'resnet20-cifar10.safetensors'), weights)
  const studio = await Studio.open({
    storeFolder,
    program: 'test',
    version: '0.0.0',
    createHost: createForkHosts({ entryPath: trainerEntry }),
    resourcesFolder: join(folder, 'resources'),
    log: () => {},
  })
  try {
    const name = 'Untrained ResNet-20'
    unwrap(await studio.invoke('networks.import', { taskId: 'network', file: sampleToken, name }))
    // Tests say what runs and what waits, whatever machine they run on.
    unwrap(await studio.invoke('studio.update-settings', { places: 1 }))
  } finally {
    await studio.close()
  }
}
