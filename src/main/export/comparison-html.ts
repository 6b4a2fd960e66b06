import { seedGroups } from '#shared/measures/seed-groups.ts'
import { differencesFrom, pairTable } from '#shared/measures/paired-differences.ts'
import type { Answer } from '#shared/measures/comparison.ts'
import type { MeasuredRow } from '#shared/measures/compared-rows.ts'
import {
  formatBarePoints,
  formatCount,
  formatExactBytes,
  formatFixed,
  formatInterval,
  formatPercent,
  formatPointsInterval,
  formatProbability,
  formatRatio,
} from '#shared/basics/format.ts'
import type { ComparisonPageData, FlipPictures } from '../comparison/comparison-page-data.ts'
import { accuracyAgainstBytes } from './comparison-chart.ts'
import { html, type Markup } from './markup.ts'
import { reportStyle } from './report-style.ts'

/** A page without any outside file; every value that comes from a user or a file is escaped. */
export function comparisonHtml(data: ComparisonPageData): string {
  const { comparison, rows } = data
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <title>Comparison of ${comparison.entries.length} experiments</title>
        ${reportStyle} ${comparisonStyle}
      </head>
      <body>
        <header>
          <p class="eyebrow">NeRN Studio, comparison</p>
          <h1>Comparison of ${comparison.entries.length} experiments</h1>
          <p class="muted">${comparison.split} split; made at ${data.madeAt}</p>
        </header>
        <section>
          <h2>Accuracy against bytes</h2>
          ${accuracyAgainstBytes(rows)} ${accuracyTable(data)}
          <p class="muted">
            Accuracies with Wilson's, differences with Agresti and Min's paired 95 % intervals; McNemar's exact p after
            Holm's correction for the rows of the table. Bytes are those of the whole file.
          </p>
        </section>
        ${seedsSection(data)} ${pairsSection(data)} ${classesSection(data)} ${data.flips.map(flipsSection)}
        <section>
          <h2>Configurations</h2>
          ${configurations(data)}
        </section>
        <section>
          <h2>Inputs and outputs</h2>
          ${hashes(data)}
        </section>
      </body>
    </html>`.text
}

const comparisonStyle = html`<style>
  .wide {
    overflow-x: auto;
  }
  .flips {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(104px, 1fr));
    gap: 10px;
    padding: 0;
    list-style: none;
    font-size: 11px;
  }
  .flips img {
    width: 100%;
    image-rendering: pixelated;
  }
  code {
    overflow-wrap: anywhere;
  }
</style>`

function table(heads: readonly (string | Markup)[], lines: readonly (readonly (string | Markup)[])[]): Markup {
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          ${heads.map((head, at) => html`<th class="${at === 0 ? '' : 'number'}">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${lines.map(
          ([first = '', ...cells]) =>
            html`<tr>
              <th scope="row">${first}</th>
              ${cells.map((cell) => html`<td class="number">${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

const withInterval = (value: string, interval: string): Markup => html`${value} <span class="muted">${interval}</span>`

function accuracyTable({ comparison, rows, baseKey }: ComparisonPageData): Markup {
  const differences = differencesFrom(comparison.pairs, rows, baseKey)
  const lines = rows.map((row, index) => {
    const { accuracy, sizes, bytes, isOriginal, name, status } = row
    const against = differences.get(row.key)
    return [
      html`${index + 1}. ${name}${isOriginal ? ' (original)' : ''}`,
      accuracy === undefined
        ? (status ?? 'not measured')
        : withInterval(formatPercent(accuracy.accuracy), formatInterval(accuracy.interval)),
      against === undefined
        ? ''
        : withInterval(formatBarePoints(against.difference), formatPointsInterval(against.interval)),
      against === undefined ? '' : formatProbability(against.adjusted),
      against === undefined
        ? ''
        : `−${formatCount(against.agreement.onlyFirst)} +${formatCount(against.agreement.onlySecond)}`,
      bytes === undefined ? '' : formatExactBytes(bytes),
      sizes === undefined ? '' : formatRatio(sizes.compressionRatio),
    ]
  })
  return table(['Network', 'Accuracy', 'Difference, points', 'p', 'Flipped', 'Size', 'Ratio'], lines)
}

function seedsSection({ comparison, rows }: ComparisonPageData): Markup {
  const groups = seedGroups(comparison, rows)
  if (groups.length === 0) return html``
  const lines = groups.map(({ name, seeds, accuracy }) => [
    name,
    seeds.join(', '),
    withInterval(formatPercent(accuracy.mean), formatInterval(accuracy.interval)),
    formatFixed(100 * accuracy.standardDeviation, 2),
  ])
  return html`<section>
    <h2>Over seeds</h2>
    ${table(['Recipe', 'Seeds', 'Mean accuracy', 'Deviation, points'], lines)}
  </section>`
}

function pairsSection({ comparison, rows }: ComparisonPageData): Markup {
  const pairs = pairTable(comparison.pairs, rows)
  if (pairs.count < 2) return html``
  const place = ({ key }: MeasuredRow): number => rows.findIndex((row) => row.key === key) + 1
  const lines = pairs.rows.map((row, at) => [
    `${place(row)}. ${row.name}`,
    ...pairs.rows.map((_, index) => {
      const cell = pairs.cells[at]?.[index]
      return cell === undefined
        ? '·'
        : withInterval(formatBarePoints(cell.difference), `p ${formatProbability(cell.adjusted)}`)
    }),
  ])
  return html`<section>
    <h2>Every pair</h2>
    ${table(['Row minus column, points', ...pairs.rows.map((row) => `${place(row)}`)], lines)}
    <p class="muted">McNemar's exact p after Holm's correction for ${pairs.count} pairs.</p>
  </section>`
}

function classesSection({ rows }: ComparisonPageData): Markup {
  const shown = rows.filter(({ perClass }) => perClass !== undefined)
  const names = shown[0]?.classNames ?? []
  const mostClasses = 20
  if (names.length === 0 || names.length > mostClasses) return html``
  const lines = shown
    .filter(({ datasetId }) => datasetId === shown[0]?.datasetId)
    .map(({ name, perClass = [] }) => [name, ...perClass.map((accuracy) => formatPercent(accuracy, 1))])
  return html`<section>
    <h2>Accuracy by class</h2>
    ${table(['Network', ...names], lines)}
  </section>`
}

function flipsSection({ base, row, found, shown }: FlipPictures): Markup {
  const name = (index: number): string => found.classNames[index] ?? `${index}`
  const said = ({ classIndex, confidence }: Answer): string =>
    confidence === undefined ? name(classIndex) : `${name(classIndex)} ${formatPercent(confidence, 0)}`
  return html`<section>
    <h2>${row.name} and ${base.name}: flipped images</h2>
    <p class="muted">
      ${formatCount(found.flips.length)} of ${formatCount(found.images)} images that only one got right; the surest
      mistakes first. First the answer of ${base.name}, then that of ${row.name}.
    </p>
    <ul class="flips">
      ${shown.map(
        ({ flip, url }) =>
          html`<li>
            <img src="${url}" alt="image ${flip.image}" /><br /><strong>${name(flip.label)}</strong><br />${said(
              flip.first,
            )}<br />${said(flip.second)}
          </li>`,
      )}
    </ul>
  </section>`
}

function configurations({ comparison }: ComparisonPageData): Markup {
  const differing = comparison.configRows.filter(({ isSame }) => !isSame)
  if (differing.length === 0) return html`<p>All settings are the same.</p>`
  const lines = differing.map(({ path, values }) => [path, ...values.map((value) => (value === '' ? '–' : value))])
  return table(['Setting', ...comparison.entries.map(({ experiment }) => experiment.name)], lines)
}

function hashes({ comparison, versions }: ComparisonPageData): Markup {
  const code = (text: string): Markup => html`<code>${text}</code>`
  const networks = comparison.originals.map(({ network }) => [network.name, code(network.sha256)])
  const datasets = new Map(comparison.originals.map(({ dataset }) => [dataset.name, code(dataset.sha256)]))
  const runs = comparison.entries.map(({ experiment }) => [
    experiment.name,
    `${experiment.latestRun?.device ?? 'not run'}, run ${experiment.latestRun?.id ?? ''}`,
  ])
  const used = Object.entries(versions).map(([name, version]) => [name, version])
  return table(['What', 'SHA-256, run or version'], [...networks, ...datasets, ...runs, ...used])
}
