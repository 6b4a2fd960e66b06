import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { metricDefinition, metricNames, metricsOfKind } from '#shared/measures/metrics.ts'

const page = join(import.meta.dirname, '../../../../docs/metrics.md')

/** Rows of docs/metrics.md as the table in the code gives them, without the padding of columns. */
function rowsFromCode(): readonly string[] {
  return metricNames.map((name) => {
    const { title, explanation, unit, better, emittedBy, isConditional } = metricDefinition(name)
    const kinds = Object.entries(emittedBy).map(([kind, phases]) => `${kind} (${phases.join(', ')})`)
    const where = `${kinds.join('; ')}${isConditional === true ? '; if asked for' : ''}`
    return ['', `\`${name}\``, title, explanation, unit, better, where, ''].join(' | ').trim()
  })
}

test('docs/metrics.md says what the table of metrics says', () => {
  const text = readFileSync(page, 'utf8')
  const rows = text.split('\n').filter((line) => line.startsWith('| `'))
  const written = rows.map((row) => row.replaceAll(/ +/g, ' '))
  if (process.env['UPDATE_DOCS'] === '1') {
    const head = text
      .split('\n')
      .filter((line) => !line.startsWith('|'))
      .join('\n')
      .trimEnd()
    const table = [
      '| metric | title | what it is | unit | better | reported by |',
      '| - | - | - | - | - | - |',
      ...rowsFromCode(),
    ]
    writeFileSync(page, `${head}\n\n${table.join('\n')}\n`)
    return
  }
  expect(written).toEqual(rowsFromCode())
})

test('the metrics of a kind are those that it emits in some phase', () => {
  expect(metricsOfKind('baseline')).toEqual([
    'loss.total',
    'loss.feature-maps',
    'loss.distillation',
    'learning-rate',
    'steps-per-second',
    'memory.rss-bytes',
    'cpu.percent',
    'gpu.percent',
    'gpu.memory-bytes',
  ])
  expect(metricsOfKind('spectral')).toEqual([
    'loss.total',
    'loss.feature-maps',
    'loss.distillation',
    'bits-per-weight',
    'rate-weight',
    'learning-rate',
    'steps-per-second',
    'memory.rss-bytes',
    'cpu.percent',
    'gpu.percent',
    'gpu.memory-bytes',
  ])
})
