/** A batch on a real Slurm in a real window: set up, waiting with a reason, running on nodes, requeued, done, compared. */
import { join } from 'node:path'
import { test as base, type Page } from '@playwright/test'
import { Slurm, whyNoSlurm } from '#test/cluster/slurm.ts'
import { enqueue, get, interruptibleConfig, reaches, whileComputing } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { ask, screenshotsFolder, show, type OpenStudio } from './launch.ts'
import { look } from './look.ts'

const skipped = whyNoSlurm()
let slurm: Slurm

test.use({ start: 'library' })
base.skip(skipped !== undefined, skipped)
base.beforeAll(async () => {
  slurm = await Slurm.start()
  process.env['NERN_SSH_CONFIG'] = slurm.sshConfigPath
})
base.afterAll(() => slurm.stop())

/** Settings in view, with the card of clusters at the top. */
async function scrollToClusters(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Clusters' }).scrollIntoViewIfNeeded()
}

async function pull({ page }: OpenStudio): Promise<void> {
  await ask(page, 'clusters.pull', { name: 'uni' })
}

/** Asks the cluster until what is known of an experiment says so. */
async function waitFor(studio: OpenStudio, id: string, isSo: (phase: string, state: string) => boolean): Promise<void> {
  await expect
    .poll(async () => {
      await pull(studio)
      const { latestRun } = await get(studio, id)
      return isSo(latestRun?.phase ?? '', latestRun?.remote?.state ?? '')
    }, whileComputing)
    .toBe(true)
}

/** A job of higher priority than those of the studio has a node for so many seconds; its id. */
async function takeNode(node: string, seconds: number): Promise<string> {
  const options = ['--partition=urgent', `--nodelist=${node}`, '--exclusive', '--output=/dev/null', '--parsable']
  return (await slurm.run('sbatch', ...options, `--wrap=sleep ${seconds}`)).trim()
}

test('a cluster is set up, checked, and computes a batch that is compared with a run here', async ({ studio }) => {
  const { page } = studio
  await show(studio, { name: 'settings' })
  await page.getByRole('button', { name: 'Add a cluster' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('uni')
  await dialog.getByLabel('Login node').fill('cluster')
  await dialog.getByLabel('Folder there').fill(join(slurm.shared, 'nern studio'))
  await dialog.getByLabel('Processors').fill('1')
  await dialog.getByLabel('Memory').fill('1500')
  await dialog.getByLabel('Further options of sbatch').fill('--exclusive')
  await page.screenshot({ path: join(screenshotsFolder, 'cluster-form.png') })
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toHaveCount(0)
  await page.getByRole('button', { name: 'Check', exact: true }).first().click()
  const steps = page.getByRole('list', { name: 'Check of uni' })
  await expect(steps.getByRole('img', { name: 'Good' })).toHaveCount(5, whileComputing)
  const found = [...(await look(studio, 'cluster-settings', { name: 'settings' }, scrollToClusters))]

  await show(studio, { name: 'new-experiment' })
  await page.getByLabel('Run on').click()
  await page.getByRole('option', { name: /uni/ }).click()
  await page.screenshot({ path: join(screenshotsFolder, 'cluster-new-experiment.png') })

  // Every node is taken, so that the batch waits as long as its pictures take.
  const taken = await Promise.all(['n1', 'n2', 'n3'].map((node) => takeNode(node, 600)))
  const config = { ...interruptibleConfig(), seed: 1 }
  const longer = { ...config, reconstruction: { ...config.reconstruction, steps: 1000 } }
  const [network] = await ask(page, 'networks.list', {})
  const [dataset] = await ask(page, 'datasets.list', {})
  const { rows } = await ask(page, 'batches.create', {
    name: 'Four seeds on uni',
    sweep: {
      ...{
        config: longer,
        networkIds: [network?.id ?? ''],
        datasetId: dataset?.id ?? '',
        presetIds: [],
      },
      ...{ plan: { kind: 'grid', vary: [] }, seeds: [1, 2, 3, 4] },
    },
    ...{ place: 'uni', enqueue: true },
  })
  const ids = rows.map(({ experimentId }) => experimentId)
  const [first = '', , , last = ''] = ids
  await waitFor(studio, last, (phase) => phase.startsWith('waits: '))
  await show(studio, { name: 'run', experimentId: last })
  await expect(page.getByText('Slurm says')).toBeVisible()
  found.push(...(await look(studio, 'cluster-run-waiting', { name: 'run', experimentId: last })))
  await show(studio, { name: 'queue' })
  await slurm.run('scancel', ...taken)
  await waitFor(studio, first, (_phase, state) => state === 'running')
  await page.screenshot({ path: join(screenshotsFolder, 'cluster-queue.png') })
  // A job of higher priority takes the node of the first.
  await takeNode((await get(studio, first)).latestRun?.remote?.node ?? 'n1', 2)
  await waitFor(studio, first, (phase, state) => state === 'waiting' && phase.startsWith('waits: '))
  await show(studio, { name: 'run', experimentId: first })
  await page.screenshot({ path: join(screenshotsFolder, 'cluster-run-requeued.png') })
  const here = await enqueue(studio, 'Seed 1, on this computer', longer)
  for (const id of ids) {
    for (const job of (await slurm.run('squeue', '-h', '-r', '-t', 'PD', '-o', '%i')).split('\n')) {
      if (job !== '') await slurm.run('scontrol', 'update', `JobId=${job}`, 'StartTime=now').catch(() => '')
    }
    await expect
      .poll(async () => {
        await pull(studio)
        return (await get(studio, id)).status
      }, whileComputing)
      .toBe('completed')
  }
  await reaches(studio, here.id, 'completed')
  await show(studio, { name: 'run', experimentId: first })
  await expect(page.getByText('same kind of processor')).toBeVisible()
  await page.screenshot({ path: join(screenshotsFolder, 'cluster-run-done.png') })
  await show(studio, { name: 'compare', ids: [first, here.id] })
  await page.screenshot({ path: join(screenshotsFolder, 'cluster-compare.png') })
  expect(found).toEqual([])
})
