/** What an import would make of a data set, for people. */
import type { DatasetPlan } from '#shared/dataset/dataset-plan.ts'
import { formatCount } from '#shared/basics/format.ts'
import { formatFacts } from '#shared/plain-text/table.ts'
import type { DatasetRecord, SkippedFiles } from '#shared/protocol/records.ts'

/** Lines of what is left out; the rest is in the window, and with --json. */
const SHOWN_SKIPPED = 20
const SHOWN_CLASSES = 20

export function describePlan(name: string, plan: DatasetPlan): string {
  const { layout, classNames, counts, notes, oddities, skipped } = plan
  const facts = formatFacts([
    ['plan', `${name}: ${layout}`],
    ['classes', describeClasses(classNames)],
    ['splits', describeCounts(counts)],
    ['left out', `${formatCount(skipped.count)} files`],
  ])
  return [
    facts,
    ...skippedLines(skipped),
    ...notes.map((note) => `note: ${note}`),
    ...oddities.map(({ text }) => `odd: ${text}`),
  ].join('\n')
}

/** `10 classes: airplane, automobile, ...` */
export function describeClasses(names: readonly string[]): string {
  const more = names.length > SHOWN_CLASSES ? ', ...' : ''
  return `${formatCount(names.length)}: ${names.slice(0, SHOWN_CLASSES).join(', ')}${more}`
}

export function describeCounts({ train, validation, test }: DatasetRecord['counts']): string {
  return `train ${formatCount(train)}, validation ${formatCount(validation)}, test ${formatCount(test)}`
}

/** One a line, the first of them. */
export function skippedLines({ count, files }: SkippedFiles): readonly string[] {
  const lines = files.slice(0, SHOWN_SKIPPED).map(({ reason, file, detail }) => `  ${reason} ${file}: ${detail}`)
  return count > lines.length ? [...lines, `  and ${formatCount(count - lines.length)} more`] : lines
}
