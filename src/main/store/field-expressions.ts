/** Fields of experiments as SQL over `experiments e`. What a person wrote is always bound, never a part of the text. */
import { families } from '#shared/experiment/experiment-config.ts'
import { familyOf } from '#shared/experiment/families.ts'
import {
  experimentField,
  nearFields,
  thisComputer,
  type ExperimentField,
  type MetricSummary,
  type OwnFieldName,
} from '#shared/experiment/filter/experiment-fields.ts'
import { AppException } from '#shared/basics/result.ts'

/** Keeps the values of one statement and names them in it. */
export class BoundValues {
  readonly #values: Record<string, string | number> = {}
  #count = 0

  /** The parameter that stands for the value. */
  add(value: string | number): string {
    const name = `p${this.#count++}`
    this.#values[name] = value
    return `@${name}`
  }

  get all(): Readonly<Record<string, string | number>> {
    return this.#values
  }
}

const networkName = '(SELECT name FROM networks WHERE id = e.network_id)'
const trained = families.filter((family) => familyOf({ kind: family }).experimentKind === 'train')
const isTraining = `e.kind IN (${trained.map((family) => `'${family}'`).join(', ')})`

const ownExpressions: Readonly<Record<OwnFieldName, string>> = {
  name: 'e.name',
  id: 'e.id',
  status: 'e.status',
  kind: `CASE WHEN e.kind IS NULL THEN NULL WHEN ${isTraining} THEN 'train' ELSE 'compress' END`,
  method: 'e.method',
  // What is trained goes by its architecture.
  network: `CASE WHEN ${isTraining} THEN e.architecture ELSE ${networkName} END`,
  dataset: '(SELECT name FROM datasets WHERE id = e.dataset_id)',
  batch: '(SELECT name FROM batches WHERE id = e.batch_id)',
  place: `CASE e.place WHEN '' THEN '${thisComputer}' ELSE e.place END`,
  tags: 'e.tags',
  notes: 'e.notes',
  starred: 'e.is_starred',
  created: 'e.created_at',
  updated: 'e.updated_at',
  size: 'e.total_bytes',
  ratio: 'e.ratio',
  accuracy: 'e.accuracy',
  // A difference of fractions carries the rounding of both: half a point is to be half a point.
  drop: 'round(-e.difference, 12)',
  seconds: 'e.seconds',
  seed: configurationValue(`'$.seed'`),
  progress: '(SELECT progress FROM runs WHERE id = e.latest_run_id)',
  attempts: '(SELECT count(*) FROM runs WHERE experiment_id = e.id)',
}

const summaryColumns: Readonly<Record<MetricSummary, string>> = { last: 'last', min: 'minimum', max: 'maximum' }

/** The field of an id. Throws `invalid-argument` with what may have been meant. */
export function fieldOf(id: string): ExperimentField {
  const field = experimentField(id)
  if (field !== undefined) return field
  const near = nearFields(id)
  throw new AppException({
    code: 'invalid-argument',
    message: `There is no field ${id}.`,
    remedy: near.length === 0 ? 'docs/filters.md lists the fields.' : `Did you mean ${near.join(' or ')}?`,
  })
}

/** The value of a field; NULL where an experiment has none. */
export function fieldExpression(field: ExperimentField, values: BoundValues): string {
  switch (field.source) {
    case 'own':
      return ownExpressions[field.name]
    case 'configuration':
      return configurationValue(values.add(jsonPath(field.path)))
    case 'metric':
      return `(SELECT ${summaryColumns[field.summary]} FROM series
        WHERE run_id = e.latest_run_id AND name = ${values.add(field.metric)})`
  }
}

/** What an order compares: texts without regard to case. */
export function orderExpression(field: ExperimentField, values: BoundValues): string {
  const value = fieldExpression(field, values)
  return field.type === 'text' || field.type === 'choice' ? `${value} COLLATE NOCASE` : value
}

function configurationValue(path: string): string {
  return `(SELECT json_extract(present, ${path}) FROM experiment_configs WHERE experiment_id = e.id)`
}

function jsonPath(path: string): string {
  return `$.${path
    .split('.')
    .map((part) => JSON.stringify(part))
    .join('.')}`
}
