/**
 * npm run bench -- compare
 *
 * Twenty finished runs in Compare, in the real window at 1280x800: processor time of window and main together from the
 * request to the rows, and how many screens high each tab is. Linux only.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { launchStudio, quit, show } from '../e2e/launch.ts'
import { loads, processorAndSystem } from './steps/machine.ts'
import { digits, markdownTable } from './steps/report.ts'
import { median } from './steps/rounds.ts'
import { makeComparedRuns } from './window/compared-runs.ts'
import { processesOf, processorMs } from './window/processor-time.ts'

const compared = 20
const rounds = 8
const size = { width: 1280, height: 800 }
const tabs = ['Accuracy', 'Pairs', 'Classes', 'Flipped images', 'Bytes', 'Configuration'] as const

const folder = await mkdtemp(join(tmpdir(), 'nern-bench-compare-'))
const loadAtStart = loads()
try {
  const ids = await makeComparedRuns(folder, compared)
  const studio = await launchStudio(folder)
  const { page } = studio
  try {
    await page.setViewportSize(size)
    const { main, window } = await processesOf(studio)
    const used = () => ({ main: processorMs(main), window: processorMs(window) })
    const added: { readonly main: number; readonly window: number }[] = []
    for (let round = 0; round < rounds; round++) {
      await show(studio, { name: 'home' })
      const before = used()
      await show(studio, { name: 'compare', ids })
      await page.getByRole('region', { name: 'Accuracy', exact: true }).getByRole('row').nth(ids.length).waitFor()
      const after = used()
      added.push({ main: after.main - before.main, window: after.window - before.window })
    }
    console.log(`${processorAndSystem()}; load at the start ${loadAtStart}. ${ids.length} runs compared.\n`)
    const cell = (values: readonly number[]) => [digits(values[0] ?? NaN), digits(median(values))]
    console.log(
      markdownTable(
        ['processor time, ms', 'first time', 'median', 'at most'],
        [
          ['window', ...cell(added.map((each) => each.window)), ''],
          ['main', ...cell(added.map((each) => each.main)), ''],
          ['both', ...cell(added.map((each) => each.window + each.main)), '1000'],
        ],
      ),
    )
    const heights: (readonly string[])[] = []
    for (const tab of tabs) {
      await page.getByRole('tab', { name: tab }).click()
      await page.getByRole('status', { name: 'Loading' }).waitFor({ state: 'detached' })
      const pixels = await page.locator('main').evaluate((element) => element.scrollHeight)
      heights.push([tab, digits(pixels), digits(pixels / size.height), '2'])
    }
    console.log(markdownTable(['tab', 'pixels', 'screens', 'at most'], heights))
  } finally {
    await quit(studio)
  }
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
process.exit(0)
