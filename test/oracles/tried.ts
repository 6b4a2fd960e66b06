/** The tables of what was tried, for people and for docs/formats.md. */
import type { SetResult } from './compare-sets.ts'
import type { NetworkResult } from './compare-networks.ts'

/** As a share of the largest logit. */
const largestAllowed = 1e-4

export function networkPasses({ difference, packaged, problem }: NetworkResult): boolean {
  return problem === undefined && (difference ?? Infinity) <= largestAllowed && (packaged ?? 0) <= largestAllowed
}

export function setPasses({ differing }: SetResult): boolean {
  return differing === 0
}

const networkTitles = ['network', 'written by', 'as', 'largest difference', 'packed and loaded by nern_load.py']
const setTitles = ['data set', 'written by', 'as', 'images', 'label or pixels differ']

export function networkRows(results: readonly NetworkResult[]): readonly (readonly string[])[] {
  const rows = results.map(({ network, difference, packaged, problem }) => [
    network.name,
    `${network.tool} ${network.version}`,
    network.form,
    problem === undefined ? share(difference) : 'refused',
    packaged === undefined ? '' : share(packaged),
  ])
  return [networkTitles, ...rows]
}

export function setRows(results: readonly SetResult[]): readonly (readonly string[])[] {
  const rows = results.map(({ set, images, differing }) => [
    set.name,
    set.tool,
    set.form,
    String(images),
    differing === undefined ? 'refused' : String(differing),
  ])
  return [setTitles, ...rows]
}

function share(difference: number | undefined): string {
  return difference === undefined ? '' : difference.toExponential(1)
}

const start = '<!-- tried: npm run test:oracles -- --write-docs -->'
const end = '<!-- end of tried -->'

/** The page with its tables replaced. Throws where its markers are not. */
export function withTables(page: string, tables: readonly (readonly (readonly string[])[])[]): string {
  const [from, to] = [page.indexOf(start), page.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`expected ${start} and ${end} in the page`)
  const text = tables.map(markdownTable).join('\n\n')
  return `${page.slice(0, from)}${start}\n\n${text}\n\n${page.slice(to)}`
}

function markdownTable(rows: readonly (readonly string[])[]): string {
  const [titles = [], ...lines] = rows
  return [titles, titles.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
