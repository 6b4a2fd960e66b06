import type { ReadingStudio } from '#main/studio.ts'
import type { ExperimentQuery } from '#shared/experiment/experiment-query.ts'
import type { DatasetRecord, ExperimentRecord, NetworkRecord } from '#shared/protocol/records.ts'
import { fail, ok, unwrap, type AppError, type Result } from '#shared/basics/result.ts'
import { call } from './call.ts'
import { nearNames, plainName } from '#shared/basics/near-names.ts'
import { UsageError } from './usage-error.ts'

interface Named {
  readonly id: string
  readonly name: string
}

/**
 * The record that `key` means: by name, by id, by name without regard to case, blanks, hyphens, underscores and dots, or
 * by a beginning of its id; whichever finds something first. Errors: `not-found` with what may have been meant,
 * `invalid-argument` with the candidates when there are several.
 */
export function findRecord<T extends Named>(kind: string, key: string, records: readonly T[]): T {
  return unwrap(search(kind, key, records, [isCalled, hasId, isCalledAlike, hasIdFrom]))
}

/** The same among things that stand in the program, named by their ids: a wrong one is wrong use (`UsageError`). */
export function findChoice<T extends { readonly id: string }>(kind: string, key: string, choices: readonly T[]): T {
  const named = choices.map((choice) => ({ id: choice.id, name: choice.id, choice }))
  const found = search(kind, key, named, [isCalled, isCalledAlike])
  if (found.ok) return found.value.choice
  throw new UsageError(found.error.message, found.error.remedy)
}

/** Errors as of `findRecord`. */
export async function findNetwork(studio: ReadingStudio, key: string): Promise<NetworkRecord> {
  return findRecord('network', key, await call(studio, 'networks.list', {}))
}

/** Errors as of `findRecord`. */
export async function findDataset(studio: ReadingStudio, key: string): Promise<DatasetRecord> {
  return findRecord('data set', key, await call(studio, 'datasets.list', {}))
}

/** Errors as of `findRecord`. */
export async function findExperiment(studio: ReadingStudio, key: string): Promise<ExperimentRecord> {
  const [id = ''] = await findExperiments(studio, [key])
  return (await call(studio, 'experiments.get', { id })).record
}

/** Ids of the experiments that `keys` mean, in their order: outside the trash, or `where` it is said. Errors as of `findRecord`. */
export async function findExperiments(
  studio: ReadingStudio,
  keys: readonly string[],
  where: Pick<ExperimentQuery, 'isArchived' | 'isTrashed'> = {},
): Promise<string[]> {
  const { items } = await call(studio, 'experiments.list', where)
  const current = where.isArchived === true ? 'archived experiment' : 'experiment'
  const kind = where.isTrashed === true ? 'removed experiment' : current
  return keys.map((key) => findRecord(kind, key, items).id)
}

type IsMeant = (key: string, record: Named) => boolean
const isCalled: IsMeant = (key, { name }) => name === key
const hasId: IsMeant = (key, { id }) => id === key
const isCalledAlike: IsMeant = (key, { name }) => plainName(key) !== '' && plainName(name) === plainName(key)
/** `net-` alone begins every id of a network. */
const hasIdFrom: IsMeant = (key, { id }) => id.startsWith(key) && key.length > id.indexOf('-') + 1

/** What the first of `ways` finds that finds anything, if it is one. */
function search<T extends Named>(
  kind: string,
  key: string,
  records: readonly T[],
  ways: readonly IsMeant[],
): Result<T> {
  const decisive = ways.find((isMeant) => records.some((record) => isMeant(key, record)))
  const found = decisive === undefined ? [] : records.filter((record) => decisive(key, record))
  const [only, ...others] = found
  if (only === undefined) return fail(missing(kind, key, records))
  if (others.length === 0) return ok(only)
  return fail({
    code: 'invalid-argument',
    message: `${found.length} ${kind}s match ${key}.`,
    remedy: `Give the id: ${found.map(({ id, name }) => `${id} (${name})`).join(', ')}.`,
  })
}

const shownNames = 20

function missing(kind: string, key: string, records: readonly Named[]): AppError {
  const message = `There is no ${kind} ${key}.`
  const names = records.map(({ name }) => name)
  if (names.length === 0) return { code: 'not-found', message, remedy: `There is no ${kind} in this store yet.` }
  const near = nearNames(key, names)
  if (near.length > 0) return { code: 'not-found', message, remedy: `Did you mean ${near.join(' or ')}?` }
  const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : ''
  return { code: 'not-found', message, remedy: `Known are: ${names.slice(0, shownNames).join(', ')}${more}.` }
}
