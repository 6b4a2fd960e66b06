import type { z } from 'zod'
import { AppException, toAppError, type AppError } from '#shared/basics/result.ts'
import { rowChecksum } from './row-checksum.ts'

/** The value of a JSON column. `what` names it in the message. Throws `record-unreadable`. */
export function readColumn<T>(schema: z.ZodType<T>, text: string, what: string): T {
  return readValue(schema, parseJson(text, what), what)
}

/** The same of a value that is no text. */
export function readValue<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue?.path.join('.') ?? ''
  throw unreadable({
    message: `${what} is not one this studio knows: ${issue?.message ?? ''}.`,
    ...(where === '' ? {} : { where }),
    remedy: 'Update the studio if a newer one made it; else remove what it belongs to.',
  })
}

/** Throws `record-unreadable` for a text that is no JSON. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unreadable({
      message: `${what} is damaged: it is no JSON.`,
      remedy: 'Restore a backup of the store, or remove it.',
    })
  }
}

/** Throws `record-unreadable` unless cells are those that a checksum was made of. `what` names them in the message. */
export function assertWholeCells(
  cells: Parameters<typeof rowChecksum>[0],
  checksum: number | null,
  what: string,
): void {
  if (rowChecksum(cells) === checksum) return
  throw unreadable({
    message: `${what} is not what was written: the database was damaged.`,
    remedy: 'See what can be kept, with the studio closed: studio store repair --dry-run --way salvage',
  })
}

function unreadable(error: Omit<AppError, 'code'>): AppException {
  return new AppException({ code: 'record-unreadable', ...error })
}

/** What is wrong with a row, or undefined when `read` succeeds. Other errors are thrown on. */
export function problemOf(read: () => unknown): AppError | undefined {
  try {
    read()
    return undefined
  } catch (thrown) {
    if (thrown instanceof AppException && thrown.code === 'record-unreadable') return toAppError(thrown)
    throw thrown
  }
}
