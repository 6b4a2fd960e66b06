/** A batch on a real Slurm in a real window: set up, waiting with a reason, running on nodes, requeued, done, compared. */
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test as base, type Page } from '@playwright/test'
import { defaultResources, resourcesOf } from '#shared/cluster/cluster-config.ts'
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
  // What asks for more than the partition gives will never start: it is submitted again, from its page.
  const [cluster] = await ask(page, 'clusters.list', {})
  if (cluster === undefined) throw new Error('no cluster')
  const resources = { ...resourcesOf(cluster.config), timeLimitMinutes: 600 }
  await ask(page, 'clusters.submit-again', { experimentId: last, resources })
  await waitFor(studio, last, (phase) => phase === 'will never start')
  await show(studio, { name: 'queue' })
  // Slurm has two names for it, whichever it comes upon first.
  await expect(page.getByText(/It will never start \(Partition(TimeLimit|Config)\)/)).toBeVisible()
  await page.screenshot({ path: join(screenshotsFolder, 'cluster-queue-never.png') })
  const openDialog = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Change and submit again' }).click()
    await expect(dialog.getByLabel('Time limit')).toHaveValue('600')
  }
  found.push(...(await look(studio, 'cluster-submit-again', { name: 'run', experimentId: last }, openDialog)))
  await dialog.getByLabel('Time limit').fill('30')
  await dialog.getByRole('button', { name: 'Submit again' }).click()
  await expect(dialog).toHaveCount(0)
  await waitFor(studio, last, (phase) => phase.startsWith('waits: '))
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

test('a locked key is asked for when somebody connects, and its passphrase is kept nowhere', async ({ studio }) => {
  const { page, storeFolder } = studio
  const passphrase = 'open "sesame" 4711'
  await lockLogin(passphrase)
  const locked = { ...defaultResources, name: 'locked', host: 'locked', folder: join(slurm.shared, 'locked') }
  await ask(page, 'clusters.save', { ...locked, cpus: 1, memoryMib: 1500 })
  await show(studio, { name: 'settings' })
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  const steps = page.getByRole('list', { name: 'Check of locked' })
  await expect(steps.getByText(/Connect/)).toBeVisible(whileComputing)
  await expect(page.getByText(/not connected since/)).toBeVisible()
  await scrollToClusters(page)
  await page.screenshot({ path: join(screenshotsFolder, 'cluster-locked.png') })

  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'locked asks' })
  await dialog.getByLabel(/passphrase for key/).fill('wrong')
  await dialog.getByRole('button', { name: 'Answer', exact: true }).click()
  await expect(dialog.getByText('The answer before was not accepted.')).toBeVisible(whileComputing)
  for (const theme of ['light', 'dark'] as const) {
    await ask(page, 'studio.update-settings', { theme })
    await page.screenshot({ path: join(screenshotsFolder, `cluster-question-${theme}.png`) })
  }
  await dialog.getByLabel(/passphrase for key/).fill(passphrase)
  await dialog.getByRole('button', { name: 'Answer', exact: true }).click()
  await expect(page.getByText(/connected, last heard/)).toBeVisible(whileComputing)
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await expect(steps.getByRole('img', { name: 'Good' })).toHaveCount(5, whileComputing)

  const [network] = await ask(page, 'networks.list', {})
  const [dataset] = await ask(page, 'datasets.list', {})
  const { id } = await ask(page, 'experiments.create', {
    ...{ config: interruptibleConfig(), networkId: network?.id ?? '', datasetId: dataset?.id ?? '' },
    ...{ place: 'locked', enqueue: true },
  })
  await expect
    .poll(async () => {
      await ask(page, 'clusters.pull', { name: 'locked' })
      return (await get(studio, id)).latestRun?.remote?.state
    }, whileComputing)
    .toMatch(/waiting|running/)
  // The connection ends: what asks nothing cannot open another one.
  slurm.cutConnections()
  await ask(page, 'clusters.pull', { name: 'locked' })
  await expect(page.getByText(/not connected since/)).toBeVisible(whileComputing)
  await page.screenshot({ path: join(screenshotsFolder, 'cluster-not-connected.png') })
  expect((await get(studio, id)).status).toBe('running')
  expect(filesWith(passphrase, join(storeFolder, '..'))).toEqual([])
})

/** A host `locked`: the same login node, by a key that nobody can use without its passphrase. */
async function lockLogin(passphrase: string): Promise<void> {
  const key = join(slurm.sshFolder, 'locked')
  await slurm.run('ssh-keygen', '-q', '-t', 'ed25519', '-N', passphrase, '-f', key)
  appendFileSync(join(slurm.sshFolder, 'authorized_keys'), readFileSync(`${key}.pub`))
  const known = readFileSync(slurm.sshConfigPath, 'utf8')
  const locked = known.replace('Host cluster', 'Host locked').replace(/IdentityFile .*/, `IdentityFile ${key}`)
  writeFileSync(slurm.sshConfigPath, `${known}\n${locked}  IdentityAgent none\n`)
}

function filesWith(secret: string, folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return paths.filter((path) => {
    const bytes = readFileSync(path)
    return (['utf8', 'utf16le'] as const).some((encoding) => bytes.includes(Buffer.from(secret, encoding)))
  })
}
