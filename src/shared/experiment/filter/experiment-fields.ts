/**
 * Everything of an experiment that can be shown, sorted, grouped and filtered: what it is, what it gave, any value of its
 * configuration (`config.predictor.hiddenSize`), and of any metric of its latest run the last, lowest and highest value
 * (`last(loss.total)`, `min(...)`, `max(...)`). A field is known by its id, which is also how a filter names it.
 */
import { nearNames } from '../../basics/near-names.ts'
import { metricDefinition, metricNames, metricTitle, type MetricDefinition } from '../../measures/metrics.ts'
import { parametersOf, type ParameterDescription } from '../../parameters/parameter-catalogue.ts'
import { families } from '../experiment-config.ts'
import { methodNames } from '../method-names.ts'
import { experimentStatuses } from '../status-machine.ts'
import type { Quantity } from './field-units.ts'

export type FieldType = 'text' | 'choice' | 'number' | 'date' | 'flag' | 'tags'

interface FieldDescription {
  readonly title: string
  /** What exactly it is, in a few words. */
  readonly explanation: string
  readonly type: FieldType
  /** What its numbers measure; `number` where there is no unit or no number. */
  readonly quantity: Quantity
  /** Of a plain number that has one nevertheless: steps, images. */
  readonly unit?: string
  /** What a `choice` can be. */
  readonly choices?: readonly string[]
}

const text = (title: string, explanation: string): FieldDescription => ({
  title,
  explanation,
  type: 'text',
  quantity: 'number',
})
const choice = (title: string, explanation: string, choices: readonly string[]): FieldDescription => ({
  ...text(title, explanation),
  type: 'choice',
  choices,
})
const number = (title: string, explanation: string, quantity: Quantity = 'number'): FieldDescription => ({
  ...text(title, explanation),
  type: 'number',
  quantity,
})
const ofType = (type: FieldType, title: string, explanation: string): FieldDescription => ({
  ...text(title, explanation),
  type,
})

/** The place of what runs on no cluster. */
export const thisComputer = 'this computer'

const ownDescriptions = {
  name: text('Name', 'As it is called'),
  id: text('Id', 'How the command line and files know it'),
  status: choice('Status', 'State in the queue', experimentStatuses),
  kind: choice('Kind', 'Whether it trains a network or compresses one', ['train', 'compress']),
  method: choice('Method', 'How a compression represents weights', methodNames),
  network: text('Network', 'The original, or the architecture of what is trained'),
  dataset: text('Data set', 'Images for training and measuring'),
  batch: text('Batch', 'Those it was planned with'),
  place: text('Place', 'Where it is to run: this computer, or a cluster'),
  tags: ofType('tags', 'Tags', 'Words that a person gave it'),
  notes: text('Notes', 'What a person wrote about it'),
  starred: ofType('flag', 'Starred', 'Whether a person marked it'),
  created: ofType('date', 'Created', 'When it was made'),
  updated: ofType('date', 'Changed', 'Last change by a person or of the status'),
  size: number('Size', 'All bytes of the compressed file', 'bytes'),
  ratio: number('Ratio', 'Original bytes over all bytes', 'ratio'),
  accuracy: number('Test accuracy', 'Of the network it ended with, on the test images', 'fraction'),
  drop: number('Accuracy drop', 'Original minus reconstructed on the test images', 'points'),
  seconds: number('Duration', 'Time that the latest run took', 'seconds'),
  seed: number('Seed', 'Of all random numbers'),
  progress: number('Progress', 'Part of the expected time of the latest run that has passed', 'fraction'),
  attempts: number('Attempts', 'How often it was run'),
} as const satisfies Readonly<Record<string, FieldDescription>>

export type OwnFieldName = keyof typeof ownDescriptions
export const metricSummaries = ['last', 'min', 'max'] as const
export type MetricSummary = (typeof metricSummaries)[number]

export type ExperimentField = FieldDescription & { readonly id: string } & (
    | { readonly source: 'own'; readonly name: OwnFieldName }
    /** `path` as in `ParameterDescription`. */
    | { readonly source: 'configuration'; readonly path: string }
    | { readonly source: 'metric'; readonly summary: MetricSummary; readonly metric: string }
  )

const configurationPrefix = 'config.'
const metricPattern = /^(last|min|max)\((.+)\)$/
const metricWords: Readonly<Record<MetricSummary, string>> = { last: 'Last', min: 'Lowest', max: 'Highest' }

const ownFields: readonly ExperimentField[] = Object.entries(ownDescriptions).map(([name, description]) => ({
  ...description,
  id: name,
  source: 'own',
  // The keys of the table are its names.
  name: name as OwnFieldName,
}))

/** Every value of a configuration of any family, a path once: families may offer different choices for it. */
const configurationFields: readonly ExperimentField[] = families
  .flatMap(parametersOf)
  .filter(({ path }, index, rows) => rows.findIndex((row) => row.path === path) === index)
  .map((row) => configurationField(row))

const metricFields: readonly ExperimentField[] = metricNames.flatMap((metric) =>
  metricSummaries.map((summary) => metricField(summary, metric)),
)

/** All that this studio knows; metrics of another version's runs are fields as well (`experimentField`). */
export const experimentFields: readonly ExperimentField[] = [...ownFields, ...configurationFields, ...metricFields]

const byId = new Map(experimentFields.map((field) => [field.id, field]))

/** The field of an id in any case; the path of a configuration's value will do. Undefined when there is none. */
export function experimentField(id: string): ExperimentField | undefined {
  const known = byId.get(id) ?? byId.get(id.toLowerCase()) ?? byId.get(configurationPrefix + id)
  if (known !== undefined) return known
  const [, summary, metric = ''] = metricPattern.exec(id) ?? []
  const named = metricSummaries.find((candidate) => candidate === summary)
  return named === undefined ? undefined : metricField(named, metric)
}

/** Ids of fields that may have been meant. */
export function nearFields(id: string): readonly string[] {
  const near = nearNames(id, [...byId.keys()])
  if (near.length > 0) return near
  const leaf = (field: string): string => field.slice(field.lastIndexOf('.') + 1)
  return [...byId.keys()].filter((field) => leaf(field).toLowerCase() === leaf(id).toLowerCase()).slice(0, 3)
}

function configurationField({ path, title, sentence, unit, control }: ParameterDescription): ExperimentField {
  const id = configurationPrefix + path
  const base = { id, source: 'configuration', path } as const
  switch (control.type) {
    case 'number':
      return { ...base, ...number(title, sentence), ...(unit === undefined ? {} : { unit }) }
    case 'choice': {
      const sameOfFamilies = families.flatMap(parametersOf).filter((row) => row.path === path)
      const options = sameOfFamilies.flatMap((row) => (row.control.type === 'choice' ? row.control.options : []))
      return { ...base, ...choice(title, sentence, [...new Set(options.map(({ value }) => value))]) }
    }
    case 'switch':
      return { ...base, ...ofType('flag', title, sentence) }
    case 'text':
    case 'layers':
      return { ...base, ...text(title, sentence) }
  }
}

function metricField(summary: MetricSummary, metric: string): ExperimentField {
  const known = metricNames.find((name) => name === metric)
  const definition = known === undefined ? undefined : metricDefinition(known)
  return {
    id: `${summary}(${metric})`,
    source: 'metric',
    summary,
    metric,
    ...number(
      `${metricWords[summary]} ${metricTitle(metric).toLowerCase()}`,
      definition?.explanation ?? 'A metric of another version of the studio.',
      quantityOf(definition?.unit),
    ),
  }
}

function quantityOf(unit: MetricDefinition['unit'] | undefined): Quantity {
  return unit === 'fraction' || unit === 'percent' || unit === 'bytes' ? unit : 'number'
}
