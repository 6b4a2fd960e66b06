/** The tables of docs/performance.md. */
import type { Contender } from './contender.ts'
import { bestOf, median, type Measured } from './rounds.ts'
import type { StepKind } from './workload.ts'

export interface MeasuredStep {
  readonly step: StepKind
  readonly measured: readonly Measured[]
}

const systemTitles: Readonly<Record<Contender['system'], string>> = {
  studio: 'studio',
  pytorch: 'PyTorch',
  tfjs: 'TensorFlow.js',
}

/** @param stockFull milliseconds of a full step in stock TensorFlow.js by batch; left out when nobody asked */
export function summaryTable(steps: readonly MeasuredStep[], stockFull?: (batch: number) => number): string {
  const head = ['step', 'studio', 'PyTorch', 'PyTorch / studio', 'stock TensorFlow.js', 'TensorFlow.js / studio']
  const rows = steps.map(({ step, measured }) => {
    const studio = required(step, measured, 'studio')
    const pytorch = required(step, measured, 'pytorch')
    const own = median(studio.rounds)
    const stock = stockTime(step, measured, stockFull)
    return [
      stepTitle(step),
      `${digits(own)} (${studio.variant})`,
      `${digits(median(pytorch.rounds))} (${pytorch.variant})`,
      digits(median(pytorch.rounds) / own),
      stock === undefined ? 'not measured' : stock.title,
      stock === undefined ? '' : digits(stock.milliseconds / own),
    ]
  })
  return markdownTable(head, rows)
}

/** Every variant with the spread of its rounds. */
export function detailTable(steps: readonly MeasuredStep[]): string {
  const rows = steps.flatMap(({ step, measured }) =>
    measured.map((entry) => [stepTitle(step), systemTitles[entry.system], entry.variant, spread(entry)]),
  )
  return markdownTable(['step', 'system', 'variant', 'ms, median (smallest to largest round)'], rows)
}

export function stepTitle(step: StepKind): string {
  return step.kind === 'sampled' ? 'sampled step' : `full step, batch ${step.batch}`
}

/** Three digits, as much as a timing is worth. */
export function digits(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-GB')
  return value.toFixed(value >= 10 ? 1 : 2)
}

function stockTime(
  step: StepKind,
  measured: readonly Measured[],
  stockFull?: (batch: number) => number,
): { readonly title: string; readonly milliseconds: number } | undefined {
  const best = bestOf(measured, 'tfjs')
  if (best !== undefined) {
    const milliseconds = median(best.rounds)
    return { title: `${digits(milliseconds)} (${best.variant})`, milliseconds }
  }
  if (stockFull === undefined || step.kind === 'sampled') return undefined
  const milliseconds = stockFull(step.batch)
  return { title: `about ${digits(milliseconds)} (cpu) *`, milliseconds }
}

function required(step: StepKind, measured: readonly Measured[], system: Contender['system']): Measured {
  const best = bestOf(measured, system)
  if (best === undefined) throw new Error(`The ${stepTitle(step)} of ${systemTitles[system]} was not measured.`)
  return best
}

/** Median of the rounds with the smallest and the largest. */
export function spread({ rounds, trial }: Measured): string {
  if (rounds.length === 0) return `${digits(trial)}, one step`
  return `${digits(median(rounds))} (${digits(Math.min(...rounds))} to ${digits(Math.max(...rounds))})`
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map(() => '---')
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
