/** What a list of experiments is narrowed to, as a structure; `filter-text.ts` is the same as text. */
import { z } from 'zod'
import { nearNames } from '../../basics/near-names.ts'
import { type ExperimentField, type FieldType } from './experiment-fields.ts'
import { storedNumber, unitsOf } from './field-units.ts'

/** `~` is "contains" of texts, `has` that of tags. */
export const filterOperators = ['=', '!=', '<=', '>=', '<', '>', '~', 'has'] as const
export type FilterOperator = (typeof filterOperators)[number]

const writtenNumberSchema = z.strictObject({ number: z.number(), unit: z.string().max(20).optional() })
const filterValueSchema = z.union([z.string().max(1000), z.boolean(), writtenNumberSchema])
/** A text, choice, tag or date; yes or no; a number as it was written. */
export type FilterValue = z.infer<typeof filterValueSchema>

const fieldId = z.string().min(1).max(200)
const comparisonSchema = z.strictObject({
  type: z.literal('compare'),
  field: fieldId,
  operator: z.enum(filterOperators),
  value: filterValueSchema,
})
export type FilterComparison = Readonly<z.infer<typeof comparisonSchema>>

export type ExperimentFilter =
  | { readonly type: 'all' | 'any'; readonly of: readonly ExperimentFilter[] }
  | { readonly type: 'not'; readonly of: ExperimentFilter }
  /** Words that must all occur in name, tags, notes, id, network, architecture or data set, without regard to case. */
  | { readonly type: 'words'; readonly text: string }
  | FilterComparison
  /** The field, of a text or a choice, is one of the values. */
  | { readonly type: 'among'; readonly field: string; readonly values: readonly string[] }
  | { readonly type: 'known'; readonly field: string; readonly isKnown: boolean }

export const experimentFilterSchema: z.ZodType<ExperimentFilter> = z.lazy(() =>
  z.union([
    z.strictObject({ type: z.enum(['all', 'any']), of: z.array(experimentFilterSchema).max(200) }),
    z.strictObject({ type: z.literal('not'), of: experimentFilterSchema }),
    z.strictObject({ type: z.literal('words'), text: z.string().max(1000) }),
    comparisonSchema,
    z.strictObject({ type: z.literal('among'), field: fieldId, values: z.array(z.string().max(1000)).max(1000) }),
    z.strictObject({ type: z.literal('known'), field: fieldId, isKnown: z.boolean() }),
  ]),
)

/** Why a comparison makes no sense, and what would. */
export interface FilterProblem {
  readonly message: string
  /** What would fit instead. */
  readonly suggestions: readonly string[]
}

const order = ['=', '!=', '<', '<=', '>', '>='] as const
const operatorsOf: Readonly<Record<FieldType, readonly FilterOperator[]>> = {
  text: ['=', '!=', '~'],
  choice: ['=', '!='],
  number: order,
  date: order,
  flag: ['=', '!='],
  tags: ['has'],
}

/** How a field of this type can be compared. */
export function operatorsFor(type: FieldType): readonly FilterOperator[] {
  return operatorsOf[type]
}

/** A day, or a moment of it, in UTC. */
const datePattern = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?$/

/** What is wrong with comparing the field so; undefined when it can be. */
export function comparisonProblem(
  field: ExperimentField,
  operator: FilterOperator,
  value: FilterValue,
): FilterProblem | undefined {
  const operators = operatorsFor(field.type)
  if (!operators.includes(operator)) {
    return { message: `${field.id} cannot be compared with ${operator}.`, suggestions: operators }
  }
  return valueProblem(field, value)
}

/** The same of one value. */
export function valueProblem(field: ExperimentField, value: FilterValue): FilterProblem | undefined {
  switch (field.type) {
    case 'number':
      return numberProblem(field, value)
    case 'flag':
      return typeof value === 'boolean'
        ? undefined
        : { message: `${field.id} is yes or no.`, suggestions: ['yes', 'no'] }
    case 'date':
      return isDate(value)
        ? undefined
        : {
            message: `${field.id} takes a date such as 2026-11-30 or 2026-11-30T18:00.`,
            suggestions: ['2026-11-30'],
          }
    case 'choice':
      return choiceProblem(field, value)
    case 'text':
    case 'tags':
      return typeof value === 'string' ? undefined : { message: `${field.id} takes a text.`, suggestions: [] }
  }
}

function isDate(value: FilterValue): boolean {
  return typeof value === 'string' && datePattern.test(value) && !Number.isNaN(Date.parse(value))
}

function choiceProblem({ id, choices = [] }: ExperimentField, value: FilterValue): FilterProblem | undefined {
  if (typeof value === 'string' && choices.includes(value)) return undefined
  const near = typeof value === 'string' ? nearNames(value, choices) : []
  return { message: `${id} is one of ${choices.join(', ')}.`, suggestions: near.length > 0 ? near : choices }
}

function numberProblem({ id, quantity }: ExperimentField, value: FilterValue): FilterProblem | undefined {
  const units = unitsOf(quantity)
  if (typeof value !== 'object') {
    return { message: `${id} takes a number${units.length > 0 ? `, in ${units.join(', ')}` : ''}.`, suggestions: [] }
  }
  const { number, unit } = value
  // 0.91 may be meant as 91 %: a wrong guess would show everything, or nothing.
  if (quantity === 'fraction' && unit === undefined && number > 0 && number < 1) {
    const inPercent = storedNumber('percent', { number: Number((100 * number).toPrecision(12)) })
    return { message: `Say which is meant: ${number} % or ${inPercent} %.`, suggestions: [`${inPercent} %`] }
  }
  if (storedNumber(quantity, value) !== undefined) return undefined
  return units.length === 0
    ? { message: `${id} has no unit.`, suggestions: [String(number)] }
    : {
        message: `${unit ?? ''} is no unit of ${id}.`,
        suggestions: units.map((name) => `${number} ${name}`),
      }
}
