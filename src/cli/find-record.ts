import { AppException } from '#shared/result.ts'

interface Named {
  readonly id: string
  readonly name: string
}

/** The record called `key`: by id, by name, or by a beginning of its id that no other has. */
export function findRecord<T extends Named>(kind: string, key: string, records: readonly T[]): T {
  const exact = records.find(({ id }) => id === key)
  if (exact !== undefined) return exact
  const named = records.filter(({ name }) => name === key)
  const found = named.length > 0 ? named : records.filter(({ id }) => id.startsWith(key))
  const [only, ...others] = found
  if (only === undefined) {
    throw new AppException({
      code: 'not-found',
      message: `There is no ${kind} ${key}.`,
      remedy:
        records.length === 0
          ? `There is no ${kind} in this store yet.`
          : `Known are: ${records
              .slice(0, 10)
              .map(({ name }) => name)
              .join(', ')}.`,
    })
  }
  if (others.length === 0) return only
  throw new AppException({
    code: 'invalid-argument',
    message: `${found.length} ${kind}s match ${key}.`,
    remedy: `Give the id: ${found.map(({ id, name }) => `${id} (${name})`).join(', ')}.`,
  })
}
