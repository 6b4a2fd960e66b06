import {
  formatCount,
  formatDuration,
  formatExactBytes,
  formatInterval,
  formatPercent,
  formatPoints,
  formatRatio,
} from '#shared/basics/format.ts'
import { formatPreprocessing } from '#shared/network/preprocessing.ts'
import { formatTop5 } from '#shared/measures/top-5.ts'
import { html, type Markup } from './markup.ts'
import { layerChart, partTitles, sizeChart } from './report-charts.ts'
import type { ReportData } from './report-data.ts'
import { reportStyle } from './report-style.ts'

/** A page without any outside file; every value that comes from a user or a file is escaped. */
export function reportHtml(data: ReportData): string {
  const { experiment, network, dataset, sizes, relativeError, run, versions } = data
  const test = data.accuracies.find(({ split }) => split === 'test') ?? data.accuracies[0]
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${experiment.name}: compression report</title>
        ${reportStyle}
      </head>
      <body>
        <header>
          <p class="eyebrow">NeRN Studio, compression report</p>
          <h1>${experiment.name}</h1>
          <p class="muted">
            ${network.title} from “${network.name}”${dataset === undefined ? '' : `, measured on ${dataset.name}`}; run
            of ${day(run.startedAt)} on ${run.device}
          </p>
        </header>
        <dl class="stats">
          ${test === undefined ? html`` : stat(`Reconstructed, ${test.split}`, formatPercent(test.reconstructed.accuracy), `${formatPoints(test.reconstructed.accuracy - test.original.accuracy)} against the original`)}
          ${stat('Compression ratio', formatRatio(sizes.compressionRatio), 'every byte of the package counted')}
          ${stat('Package', formatExactBytes(sizes.totalBytes), `original ${formatExactBytes(sizes.originalBytes)}`)}
          ${stat('Relative error', formatPercent(relativeError), 'of all represented weights')}
        </dl>
        <section>
          <h2>Accuracy</h2>
          ${accuracyTable(data)}
          <p class="muted">Intervals are 95 % Wilson intervals. Selection used the validation split only.</p>
        </section>
        <section>
          <h2>Bytes</h2>
          ${sizeChart(sizes)}${sizeTable(data)}
        </section>
        <section>
          <h2>Kept of the original</h2>
          <ul>
            ${data.kept.map((sentence) => html`<li>${sentence}</li>`)}
          </ul>
        </section>
        <section>
          <h2>Layers</h2>
          ${layerChart(data)}${layerTable(data)}
        </section>
        <section>
          <h2>Inputs and outputs</h2>
          ${provenance(data)}
        </section>
        <section>
          <h2>Make it again</h2>
          <p>From a checkout of the studio, with the network and the data set imported under these names:</p>
          <pre>${data.recipe.command}</pre>
          <p>Or open this configuration in the form of a new experiment:</p>
          <pre>${data.recipe.yaml}</pre>
        </section>
        <section>
          <h2>Configuration</h2>
          ${facts(leaves(experiment.config))}
        </section>
        ${
          experiment.notes === ''
            ? html``
            : html`<section>
                <h2>Notes</h2>
                <p class="notes">${experiment.notes}</p>
              </section>`
        }
        <section>
          <h2>Versions</h2>
          ${facts(Object.entries(versions))}
        </section>
      </body>
    </html> `
  return page.text
}

function stat(title: string, value: string, note: string): Markup {
  return html`<div>
    <dt>${title}</dt>
    <dd>${value}<span class="muted">${note}</span></dd>
  </div>`
}

function accuracyTable({ accuracies }: ReportData): Markup {
  const cell = (count: ReportData['accuracies'][number]['original']): Markup => {
    const { accuracy, interval, correct, total } = count
    const top5 = formatTop5(count)
    return html`<td class="number">
      ${formatPercent(accuracy)}<span class="muted"
        >${formatInterval(interval)}; ${formatCount(correct)} of
        ${formatCount(total)}${top5 === '' ? '' : `; top-5 ${top5}`}</span
      >
    </td>`
  }
  const rows = accuracies.map(
    ({ split, original, reconstructed }) =>
      html`<tr>
        <th scope="row">${split}</th>
        ${cell(original)}${cell(reconstructed)}
        <td class="number">${formatPoints(reconstructed.accuracy - original.accuracy)}</td>
      </tr>`,
  )
  return table(['Split'], ['Original', 'Reconstructed', 'Difference'], rows)
}

function sizeTable({ sizes }: ReportData): Markup {
  const share = (bytes: number): string => formatPercent(bytes / sizes.totalBytes)
  const written = sizes.parts.filter(({ bytes }) => bytes > 0)
  const rows = written.map(
    ({ part, bytes, detail }) =>
      html`<tr>
        <th scope="row"><i class="swatch back-${part}"></i>${partTitles[part]}<span class="muted">${detail}</span></th>
        <td class="number">${formatExactBytes(bytes)}</td>
        <td class="number">${share(bytes)}</td>
      </tr>`,
  )
  const total = html`<tr class="total">
    <th scope="row">All parts</th>
    <td class="number">${formatExactBytes(sizes.totalBytes)}</td>
    <td class="number">${share(sizes.totalBytes)}</td>
  </tr>`
  return table(['Part'], ['Bytes', 'Share'], [...rows, total])
}

function layerTable({ layers }: ReportData): Markup {
  const rows = layers.map(
    ({ name, shape, weights, relativeError }) =>
      html`<tr>
        <th scope="row"><code>${name}</code></th>
        <td class="number">${shape.join(' × ')}</td>
        <td class="number">${formatCount(weights)}</td>
        <td class="number">${formatPercent(relativeError)}</td>
      </tr>`,
  )
  return table(['Represented layer'], ['Shape', 'Weights', 'Relative error'], rows)
}

function provenance({ network, dataset, package: file, run, experiment }: ReportData): Markup {
  return facts([
    [
      'Original network',
      `${network.name}, ${network.origin.kind} from ${network.origin.source} (${network.origin.format})`,
    ],
    ['Its preprocessing', formatPreprocessing(network.preprocessing)],
    ['SHA-256 of its file', network.origin.sha256],
    ['SHA-256 as stored', network.sha256],
    ...(dataset === undefined
      ? []
      : [
          ['Data set', `${dataset.name}, ${dataset.evidence}`] as const,
          ['SHA-256 of the data set', dataset.sha256] as const,
        ]),
    ['Package', `${file.fileName}, ${formatExactBytes(file.sizeBytes)}`],
    ['SHA-256 of the package', file.sha256],
    ['Experiment', `${experiment.id}, made ${day(experiment.createdAt)}`],
    ['Run', `${run.id}, ${formatDuration(run.seconds.total)} in all`],
  ])
}

function table(first: readonly string[], numbers: readonly string[], rows: readonly Markup[]): Markup {
  const heads = [
    ...first.map((title) => html`<th>${title}</th>`),
    ...numbers.map((title) => html`<th class="number">${title}</th>`),
  ]
  return html`<table>
    <thead>
      <tr>
        ${heads}
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`
}

function facts(pairs: readonly (readonly [string, string])[]): Markup {
  return html`<dl class="facts">
    ${pairs.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`
}

/** Every value of a configuration under its path. */
function leaves(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]]
  return Object.entries(value).flatMap(([key, child]) => leaves(child, path === '' ? key : `${path}.${key}`))
}

function day(timestamp: string): string {
  return `${timestamp.slice(0, 16).replace('T', ' ')} UTC`
}
