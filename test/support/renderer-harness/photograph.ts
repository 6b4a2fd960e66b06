/**
 * Builds the renderer with the fake studio, serves it under the product's content security policy and saves a picture
 * of every screen in both themes and two sizes:
 * `node test/support/renderer-harness/photograph.ts [--pictures-only] [--small-only] FOLDER [NAME ...]`.
 * Prints policy violations, page errors and accessibility findings; exits 1 when there are any.
 */
import { readFile, mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { contentSecurityPolicy } from '#main/windows/app-protocol.ts'

const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'))
const [folder = 'screenshots/renderer', ...names] = process.argv
  .slice(2)
  .filter((argument) => !flags.includes(argument))
/** axe takes seconds a picture. */
const checksAccessibility = !flags.includes('--pictures-only')
const isSmallOnly = flags.includes('--small-only')
const built = join(import.meta.dirname, '../../../.cache/renderer-harness')
const sizes = [
  [1280, 800],
  [1920, 1080],
] as const

interface Shot {
  readonly name: string
  readonly place: object
  readonly scenario?: string
  readonly prepare?: (page: Page) => Promise<void>
}

const scroll = (pixels: number) => (page: Page) =>
  page.locator('main').evaluate((main, top) => main.scrollTo(0, top), pixels)

/** Brings a card to the top of the page. */
const scrollTo = (page: Page, title: string) =>
  page.getByRole('region', { name: title }).evaluate((card) => card.scrollIntoView({ block: 'start' }))

const shots: readonly Shot[] = [
  { name: 'home', place: { name: 'home' } },
  { name: 'home-empty', place: { name: 'home' }, scenario: 'empty' },
  { name: 'home-loading', place: { name: 'home' }, scenario: 'loading' },
  { name: 'home-broken', place: { name: 'home' }, scenario: 'broken' },
  { name: 'compress-choose', place: { name: 'compress-network' } },
  { name: 'compress-empty', place: { name: 'compress-network' }, scenario: 'empty' },
  {
    name: 'compress-file',
    place: { name: 'compress-network', file: { token: 'file', fileName: 'resnet20-12fca82f.th' } },
    prepare: async (page) => {
      await page.getByText('1,000 images right').first().waitFor()
      await page.getByRole('button', { name: 'Save as...' }).click()
      await page.getByText(/^Saved/).waitFor()
    },
  },
  {
    name: 'compress-making',
    place: { name: 'compress-network', networkId: 'net-1' },
    prepare: (page) => page.getByRole('region', { name: 'Compressed file' }).getByRole('progressbar').waitFor(),
  },
  {
    name: 'compress-failed',
    place: { name: 'compress-network', networkId: 'net-1' },
    prepare: async (page) => {
      await page.getByRole('slider').press('End')
      await page.getByRole('alert').waitFor()
    },
  },
  {
    name: 'compress-without-images',
    place: { name: 'compress-network', file: { token: 'file', fileName: 'resnet20-12fca82f.th' } },
    scenario: 'empty',
    prepare: (page) => page.getByText(/^Relative error of the weights/).waitFor(),
  },
  { name: 'networks', place: { name: 'networks' } },
  {
    name: 'networks-baselines',
    place: { name: 'networks' },
    prepare: (page) => page.getByRole('button', { name: 'Add baselines: ResNet-20 (published)' }).click(),
  },
  { name: 'networks-empty', place: { name: 'networks' }, scenario: 'empty' },
  { name: 'network', place: { name: 'network', id: 'net-1' } },
  { name: 'network-lower', place: { name: 'network', id: 'net-1' }, prepare: scroll(620) },
  { name: 'datasets', place: { name: 'datasets' } },
  { name: 'dataset', place: { name: 'dataset', id: 'data-1' } },
  { name: 'dataset-photos', place: { name: 'dataset', id: 'data-2' } },
  { name: 'new-experiment', place: { name: 'new-experiment' } },
  {
    name: 'new-experiment-wrong',
    place: { name: 'new-experiment' },
    prepare: async (page) => {
      await page.getByLabel('Hidden size').fill('-4')
      await page.getByLabel('Embedding base').fill('0.8')
    },
  },
  {
    name: 'new-experiment-select',
    place: { name: 'new-experiment' },
    prepare: (page) => page.getByLabel('Preset').click(),
  },
  {
    name: 'new-experiment-train',
    place: { name: 'new-experiment' },
    prepare: (page) => page.getByRole('radio', { name: 'Train an original' }).click(),
  },
  {
    name: 'new-experiment-lower',
    place: { name: 'new-experiment' },
    prepare: async (page) => {
      await page.getByText('Distillation phase').click()
      await scroll(500)(page)
    },
  },
  {
    name: 'new-experiment-spectral',
    place: { name: 'new-experiment', kind: 'spectral' },
    prepare: async (page) => {
      await page.getByText('Layers', { exact: true }).first().click()
      await page.getByLabel('Layers treated otherwise').fill('conv1.weight exact, layer3.* finer')
      await scroll(600)(page)
    },
  },
  {
    name: 'new-experiment-layers',
    place: { name: 'new-experiment', kind: 'spectral' },
    prepare: async (page) => {
      await page.getByText('Layers', { exact: true }).first().click()
      await page.getByLabel('Layers treated otherwise').fill('conv1.wieght exact')
      await scroll(500)(page)
    },
  },
  { name: 'experiments', place: { name: 'experiments' } },
  {
    name: 'experiments-many',
    place: { name: 'experiments' },
    scenario: 'many',
    prepare: async (page) => {
      for (const index of [8, 9, 11]) await page.getByRole('checkbox').nth(index).click()
    },
  },
  { name: 'queue', place: { name: 'queue' } },
  { name: 'queue-empty', place: { name: 'queue' }, scenario: 'empty' },
  { name: 'curves', place: { name: 'curves', ids: ['e3', 'e4', 'e5', 'e7', 'e8', 'e9'] } },
  {
    name: 'curves-zoomed',
    place: { name: 'curves', ids: ['e3', 'e4', 'e5', 'e7', 'e8', 'e9'] },
    prepare: async (page) => {
      await page.getByRole('button', { name: 'distillation' }).click()
      await page.getByRole('combobox', { name: 'Metric' }).click()
      await page.getByRole('option', { name: 'Objective' }).click()
    },
  },
  { name: 'run', place: { name: 'run', experimentId: 'e12' } },
  {
    name: 'run-hovered',
    place: { name: 'run', experimentId: 'e7' },
    prepare: async (page) => {
      await scrollTo(page, 'Charts')
      await page.getByText('Training time', { exact: true }).click()
      await page.getByRole('img', { name: 'Losses over training time' }).hover()
    },
  },
  { name: 'run-baseline', place: { name: 'run', experimentId: 'e13' }, prepare: (page) => scrollTo(page, 'Charts') },
  { name: 'run-spectral', place: { name: 'run', experimentId: 'e14' } },
  {
    name: 'run-spectral-charts',
    place: { name: 'run', experimentId: 'e14' },
    prepare: (page) => scrollTo(page, 'Charts'),
  },
  { name: 'run-lower', place: { name: 'run', experimentId: 'e12' }, prepare: scroll(640) },
  { name: 'run-completed', place: { name: 'run', experimentId: 'e7' } },
  { name: 'run-completed-lower', place: { name: 'run', experimentId: 'e7' }, prepare: scroll(900) },
  {
    name: 'run-export',
    place: { name: 'run', experimentId: 'e7' },
    prepare: (page) => page.getByRole('button', { name: 'Export', exact: true }).click(),
  },
  {
    name: 'run-exported',
    place: { name: 'run', experimentId: 'e7' },
    prepare: async (page) => {
      await page.getByRole('button', { name: 'Export', exact: true }).click()
      await page.getByRole('button', { name: 'Choose a folder' }).click()
      await page.getByText('Written into').waitFor()
    },
  },
  {
    name: 'run-importance',
    place: { name: 'run', experimentId: 'e7' },
    prepare: (page) => scrollTo(page, 'Weight importance'),
  },
  {
    name: 'run-importance-running',
    place: { name: 'run', experimentId: 'e6' },
    prepare: async (page) => {
      await scrollTo(page, 'Weight importance')
      await page.getByRole('region', { name: 'Weight importance' }).getByRole('button', { name: 'Measure' }).click()
    },
  },
  {
    name: 'run-importance-empty',
    place: { name: 'run', experimentId: 'e7' },
    prepare: async (page) => {
      await scrollTo(page, 'Weight importance')
      await page.getByRole('radio', { name: 'Filters' }).click()
    },
  },
  { name: 'run-failed', place: { name: 'run', experimentId: 'e3' } },
  { name: 'run-draft', place: { name: 'run', experimentId: 'e1' } },
  { name: 'run-train', place: { name: 'run', experimentId: 'e2' } },
  { name: 'compare', place: { name: 'compare', ids: ['e7', 'e6', 'e5', 'e4'] } },
  { name: 'compare-lower', place: { name: 'compare', ids: ['e7', 'e6', 'e5', 'e4'] }, prepare: scroll(640) },
  {
    name: 'compare-kept',
    place: { name: 'compare', ids: ['e7', 'e6', 'e13', 'e14'] },
    prepare: (page) => scrollTo(page, 'Kept of the original'),
  },
  { name: 'doctor', place: { name: 'doctor' } },
  {
    name: 'doctor-probed',
    place: { name: 'doctor' },
    prepare: (page) => page.getByRole('button', { name: 'Proof run' }).click(),
  },
  { name: 'settings', place: { name: 'settings' } },
  {
    name: 'palette',
    place: { name: 'home' },
    prepare: async (page) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').fill('hidden 160')
    },
  },
  { name: 'help', place: { name: 'home' }, prepare: (page) => page.keyboard.press('?') },
  {
    name: 'import-failed',
    place: { name: 'networks' },
    prepare: async (page) => {
      await page.getByRole('button', { name: 'Import a network' }).click()
      await page.getByRole('button', { name: 'Import', exact: true }).click()
      await page.getByText('was not imported').waitFor()
    },
  },
  {
    name: 'toast',
    place: { name: 'network', id: 'net-1' },
    prepare: async (page) => {
      await page.getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name: 'Remove from the store' }).click()
      await page.getByRole('button', { name: 'Remove', exact: true }).click()
      await page.getByText('is used by').waitFor()
    },
  },
]

async function serve(): Promise<{ readonly url: string; readonly close: () => void }> {
  const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (path === '/favicon.ico') return void response.writeHead(204).end()
    const file = join(built, path === '/' ? 'index.html' : path)
    readFile(file).then(
      (body) => {
        response.writeHead(200, {
          'content-type': types[extname(file)] ?? 'application/octet-stream',
          'content-security-policy': contentSecurityPolicy,
        })
        response.end(body)
      },
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() }
}

/** Findings of axe, one line each. */
async function accessibilityFindings(page: Page): Promise<readonly string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  // Through the protocol, which the policy of the page does not govern.
  await page.evaluate(source)
  const violations = await page.evaluate(
    'axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }).then((result) => result.violations.map((found) => found.id + ": " + found.nodes.slice(0, 3).map((node) => node.html.slice(0, 160) + " " + (node.any[0]?.message ?? "")).join(" | ")))',
  )
  return Array.isArray(violations) ? violations.map(String) : []
}

await build({ configFile: join(import.meta.dirname, 'vite.config.ts'), logLevel: 'warn' })
await mkdir(folder, { recursive: true })
const server = await serve()
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const problems = new Set<string>()
try {
  for (const [width, height] of isSmallOnly ? sizes.slice(0, 1) : sizes) {
    const page = await browser.newPage({ viewport: { width, height }, reducedMotion: 'reduce' })
    page.setDefaultTimeout(10_000)
    let shown = ''
    page.on('pageerror', (error) => problems.add(`${shown}: ${error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.add(`${shown}: ${message.text()}`)
    })
    for (const { name, place, scenario = 'full', prepare } of shots) {
      if (names.length > 0 && !names.includes(name)) continue
      for (const theme of ['light', 'dark'] as const) {
        shown = `${name} ${theme}`
        const query = new URLSearchParams({ scenario, theme, place: JSON.stringify(place) })
        await page.goto(`${server.url}?${query}`)
        await page.getByRole('heading', { level: 1 }).first().waitFor()
        await page.waitForTimeout(350)
        await prepare?.(page).catch((error: unknown) => problems.add(`${shown}: ${String(error).split('\n')[0]}`))
        await page.waitForTimeout(250)
        await page.screenshot({ path: join(folder, `${name}-${width}-${theme}.png`) })
        if (checksAccessibility && width === 1280)
          for (const finding of await accessibilityFindings(page)) problems.add(`${shown}: ${finding}`)
      }
    }
    await page.close()
  }
} finally {
  await browser.close()
  server.close()
}
for (const problem of problems) process.stdout.write(`${problem}\n`)
process.exitCode = problems.size > 0 ? 1 : 0
