/** The Run page of a real run: every card is filled while it goes on, moves, and says at the end only what it knows. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { formatCount, formatNumber } from '#shared/basics/format.ts'
import type { RunRecord } from '#shared/protocol/records.ts'
import { enqueue, get, interruptibleConfig, reaches, smokeConfig, whileComputing } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { ask, screenshotsFolder, show, type OpenStudio } from './launch.ts'
import { look } from './look.ts'

test.use({ start: 'library' })

/** Represented ones of the ResNet-20 of the library. */
const layers = 21

/** The step that the Kernels card shows. */
async function previewedStep(page: Page): Promise<number> {
  const text = await page.getByRole('region', { name: 'Kernels' }).textContent()
  return Number(/step ([\d,]+)/.exec(text ?? '')?.[1]?.replaceAll(',', '') ?? NaN)
}

/** The Kernels card shows at each step what the snapshot of that step holds, read by keyboard. */
async function scrubs(page: Page, [run]: readonly RunRecord[]): Promise<void> {
  const { steps, shown } = await ask(page, 'runs.kernels', { id: run?.id ?? '' })
  const card = page.getByRole('region', { name: 'Kernels' })
  const slider = card.getByRole('slider', { name: 'Step of the run' })
  const kernels = card.getByRole('application')
  const read: string[] = []
  for (const at of [0, steps.length - 1]) {
    await slider.press(at === 0 ? 'Home' : 'End')
    await expect(card).toContainText(`Step ${formatCount(steps[at]?.step ?? NaN)}`)
    // The first arrow marks the first weight, the second goes on to the next.
    await kernels.press('ArrowRight')
    await kernels.press('ArrowRight')
    const [before, after] = [shown?.original[1] ?? NaN, shown?.reconstructed[at]?.[1] ?? NaN]
    await expect(card.getByRole('status')).toContainText(
      `Filter 0, channel 0, row 1, column 2 Original ${formatNumber(before, 3)} Reconstructed ${formatNumber(after, 3)}`,
    )
    read.push((await card.getByRole('status').textContent()) ?? '')
    await kernels.press('Escape')
  }
  expect(new Set(read).size).toBe(2)
  await card.getByRole('button', { name: 'Play the run' }).click()
  await expect(card.getByRole('button', { name: 'Stop playing' })).toBeVisible()
  await expect(card.getByRole('button', { name: 'Play the run' })).toBeVisible({ timeout: 30_000 })
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(screenshotsFolder, `${name}.png`), fullPage: true, animations: 'disabled' })
}

test('is fed by the run, live and ended', async ({ studio }) => {
  const { page } = studio
  await page.setViewportSize({ width: 1280, height: 2200 })
  const config = interruptibleConfig()
  const { id } = await enqueue(studio, 'Watched', {
    ...config,
    reconstruction: { ...config.reconstruction, steps: 1200 },
    checkpointEverySteps: 100_000,
  })
  await show(studio, { name: 'run', experimentId: id })
  const card = (name: string) => page.getByRole('region', { name, exact: true })

  // Previews come by themselves, and go on.
  await expect.poll(() => previewedStep(page), whileComputing).toBeGreaterThan(0)
  const first = await previewedStep(page)
  await expect(card('Relative error by layer').getByRole('listitem')).toHaveCount(layers)
  const progress = card('Progress')
  await expect(progress).toContainText(/Time left\s*[\d.]+ (s|min)/)
  const charts = card('Charts')
  for (const title of ['Losses', 'Relative error', 'Learning rate', 'Speed', 'Processor', 'Memory']) {
    await expect(charts.getByRole('img', { name: `${title} over steps` }).locator('canvas')).toBeVisible()
  }
  await expect(card('Log')).toContainText('Reconstruction: 1,200 steps.')
  await picture(page, 'run-page-live-1')

  await card('Checkpoints').getByRole('button', { name: 'Save one now' }).click()
  await expect(card('Checkpoints').getByRole('row')).toHaveCount(2)
  await expect(card('Log')).toContainText('Kept a checkpoint of step')
  await expect.poll(() => previewedStep(page), whileComputing).toBeGreaterThan(first)
  await picture(page, 'run-page-live-2')

  // A pause is said at once, whatever the trainer is doing.
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(progress).toContainText(/pausing|Run 1 paused/i)
  await reaches(studio, id, 'paused')
  await expect(page.getByText('Paused').first()).toBeVisible()
  await page.getByRole('button', { name: 'Resume' }).click()
  await reaches(studio, id, 'completed')

  await expect(card('Result')).toBeVisible()
  await expect(card('Kernels')).toBeVisible()
  await expect(card('Relative error by layer').getByRole('listitem')).toHaveCount(layers)
  await expect(card('Log')).toContainText('The package takes')
  await scrubs(page, await ask(page, 'runs.list', { experimentId: id }))
  // Nothing goes on from the checkpoints of an ended run; the last of each phase stays, for forks.
  await expect(card('Checkpoints').getByRole('button', { name: /^Fork at step/ })).not.toHaveCount(0)
  await picture(page, 'run-page-ended')
  expect(await look(studio, 'run-page', { name: 'run', experimentId: id })).toEqual([])
})

test('is forked from a checkpoint in three actions', async ({ studio }) => {
  const { page } = studio
  const { id } = await enqueue(studio, 'Origin', smokeConfig())
  await reaches(studio, id, 'completed')
  await show(studio, { name: 'run', experimentId: id })
  await page
    .getByRole('button', { name: /^Fork at step/ })
    .last()
    .click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: /^Seed/ }).fill('11')
  await page.screenshot({ path: join(screenshotsFolder, 'fork-dialog.png'), animations: 'disabled' })
  await dialog.getByRole('button', { name: 'Add to the queue' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Origin, seed 11, from step \d+$/)
  const { descendants } = await ask(page, 'experiments.get', { id })
  await reaches(studio, descendants[0]?.id ?? '', 'completed')
  await expect(page.getByText(/^Forked at step/)).toBeVisible()
  await page.getByRole('button', { name: 'Origin', exact: true }).click()
  await expect(page.getByText('Gave rise to')).toBeVisible()
})

test('tells the time left, which falls, to the end of a run', async ({ studio }, info) => {
  const { page } = studio
  const config = interruptibleConfig()
  // Steps on images cost many of those before them, and rounding compiles anew for every layer.
  const { id } = await enqueue(studio, 'Timed', {
    ...config,
    reconstruction: { ...config.reconstruction, steps: 900 },
    distillation: { ...config.distillation, steps: 40, dataBatch: 32 },
    quantisation: { ...config.quantisation, steps: 12 },
    storage: { ...config.storage, predictor: 'int6' },
  })
  const told = await page.evaluate(
    (experimentId) =>
      new Promise<{ endedAt: number; estimates: { at: number; remaining: number }[] }>((resolve) => {
        const estimates: { at: number; remaining: number }[] = []
        window.api.on('run-metrics', ({ run }) => {
          if (run.experimentId !== experimentId || run.remainingSeconds === undefined) return
          estimates.push({ at: performance.now() / 1000, remaining: run.remainingSeconds })
        })
        window.api.on('experiment-changed', (experiment) => {
          if (experiment.id !== experimentId || experiment.status !== 'completed') return
          resolve({ endedAt: performance.now() / 1000, estimates })
        })
      }),
    id,
  )
  const { endedAt, estimates } = told
  const third = (estimates[0]?.at ?? NaN) + (endedAt - (estimates[0]?.at ?? NaN)) / 3
  // The last moments are those of files and of the end of a process.
  const judged = estimates.filter(({ at }) => at >= third && endedAt - at > 2)
  const errors = judged.map(({ at, remaining }) => Math.abs(remaining - (endedAt - at)) / (endedAt - at))
  const worst = Math.max(...errors)
  // Noted and not judged: other work on the machine changes the pace. What estimates do at a steady pace, a unit test shows.
  info.annotations.push({ type: 'time left', description: `off by ${(100 * worst).toFixed(0)} % at most` })
  expect(judged.length).toBeGreaterThan(3)
  expect(judged.every(({ remaining }) => remaining >= 0)).toBe(true)
  expect(judged.at(-1)?.remaining).toBeLessThan(judged[0]?.remaining ?? NaN)
})

/** The next allocation of the process fails, as it would on a full machine. */
function starveProcess(pid: number): void {
  try {
    const bytes = 1024 * Number(/VmSize:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN)
    execFileSync('prlimit', ['--pid', String(pid), `--as=${bytes + 2 ** 22}`])
  } catch (error) {
    // It may have ended in between.
    if (existsSync(`/proc/${pid}`)) throw error
  }
}

function trainerPids({ app }: OpenStudio): Promise<readonly number[]> {
  return app.evaluate((electron) =>
    electron.app.getAppMetrics().flatMap(({ pid, name }) => (name?.startsWith('trainer') === true ? [pid] : [])),
  )
}

/** From now on each trainer of the studio gets no more memory than it has. */
async function starveTrainers(studio: OpenStudio): Promise<{ stop(): void }> {
  const starved = new Set<number>()
  const starve = async (): Promise<void> => {
    for (const pid of (await trainerPids(studio)).filter((one) => !starved.has(one))) {
      starved.add(pid)
      starveProcess(pid)
    }
  }
  const timer = setInterval(() => void starve(), 100)
  return { stop: () => clearInterval(timer) }
}

test('a run that gets no more memory says so, and offers lighter steps', async ({ studio }) => {
  test.skip(process.platform !== 'linux', 'Only Linux takes memory from a single process.')
  const { page } = studio
  const config = interruptibleConfig()
  // Sampled kernels go on in the memory they have; the feature maps of so many images need hundreds of megabytes more.
  const hungry = { ...config, distillation: { ...config.distillation, dataBatch: 128 } }
  const { id } = await enqueue(studio, 'Hungry', hungry)
  await expect.poll(async () => (await get(studio, id)).latestRun?.step, whileComputing).toBeGreaterThan(0)
  // It computes behind the window that shows it.
  expect((await trainerPids(studio)).map((pid) => getPriority(pid) > getPriority(studio.process.pid))).toEqual([true])
  const starving = await starveTrainers(studio)
  await reaches(studio, id, 'failed')
  starving.stop()
  await show(studio, { name: 'run', experimentId: id })
  expect((await get(studio, id)).latestRun?.error?.code).toBe('out-of-memory')
  await expect(page.getByRole('alert')).toContainText(/Phase: (reconstruction|distillation)/)
  await page.screenshot({ path: join(screenshotsFolder, 'run-page-out-of-memory.png'), animations: 'disabled' })
  await expect(page.getByRole('button', { name: /^Again with [24],0\d\d kernels a step$/ })).toBeVisible()
  await expect(page.getByRole('button', { name: /^Go on from step \d+$/ })).toBeVisible()
  await page.getByRole('button', { name: /^Again with a hidden size of/ }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('hidden size')
  const [made] = (await ask(page, 'experiments.get', { id })).descendants
  expect((await get(studio, made?.id ?? '')).config).toMatchObject({ predictor: { hiddenSize: 16 } })
})
