/**
 * Who may write for a run. A node that was lost may come back with its job still running beside its successor: each attempt has
 * the next free number, taken by making a file that must not exist, and one that is no longer the newest keeps nothing more. A
 * result takes the next number as well, so that a successor and a result can never both be.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { atomicWrite } from '#main/files/atomic-write.ts'
import { jsonOrNothing } from '#shared/basics/json-or-nothing.ts'
import { AppException } from '#shared/basics/result.ts'
import { ATTEMPTS, claimFile, newestAttempt, RESULT_FILE } from '../run-folder.ts'

/** A newer attempt, or a result, has the run. */
class Fenced extends Error {
  constructor() {
    super('A newer attempt has this run.')
    this.name = 'Fenced'
  }
}

const completionSchema = z.strictObject({ completes: z.int().min(1) })

export class Attempt {
  readonly number: number
  readonly #folder: string
  #isFenced = false

  private constructor(folder: string, number: number) {
    this.#folder = folder
    this.number = number
  }

  /** False where another job of the same submission has the run: a submission whose reply was lost may have been sent twice. */
  static claim(folder: string, submission: string, job: string): boolean {
    const path = join(folder, claimFile(submission))
    try {
      symlinkSync(job, path)
      return true
    } catch (cause) {
      if (!isThere(cause)) throw cause
      return readlinkSync(path) === job
    }
  }

  /** The next attempt, or undefined where the run is complete. */
  static begin(folder: string, job: string): Attempt | undefined {
    for (;;) {
      if (existsSync(join(folder, RESULT_FILE))) return undefined
      const number = newestAttempt(readdirSync(join(folder, ATTEMPTS))) + 1
      if (completeAfter(folder, number - 1)) return undefined
      if (takeNumber(folder, number, { job })) return new Attempt(folder, number)
    }
  }

  /** It was found that this attempt is no longer the newest. */
  get isFenced(): boolean {
    return this.#isFenced
  }

  /** Throws `Fenced` where this attempt is no longer the newest. */
  assertNewest(): void {
    if (existsSync(numberPath(this.#folder, this.number + 1))) throw this.#fenced()
  }

  /** Writes `result.json`. Throws `Fenced` where a newer attempt has begun: its result counts. */
  async complete(result: Uint8Array): Promise<void> {
    await atomicWrite(join(this.#folder, candidateName(this.number)), result)
    if (!takeNumber(this.#folder, this.number + 1, { completes: this.number })) throw this.#fenced()
    completeAfter(this.#folder, this.number + 1)
  }

  #fenced(): Fenced {
    this.#isFenced = true
    return new Fenced()
  }
}

const candidateName = (attempt: number): string => `result-${attempt}.json`
const numberPath = (folder: string, number: number): string => join(folder, ATTEMPTS, String(number))

/** False where the number is taken. A number that a full disk does not let say whose it is is given back. */
function takeNumber(folder: string, number: number, content: object): boolean {
  const path = numberPath(folder, number)
  let file: number
  try {
    file = openSync(path, 'wx')
  } catch (cause) {
    if (isThere(cause)) return false
    throw cause
  }
  try {
    writeFileSync(file, JSON.stringify(content))
    fsyncSync(file)
    return true
  } catch (cause) {
    rmSync(path, { force: true })
    throw cause
  } finally {
    closeSync(file)
  }
}

/** Whether this number is that of a result; one that was killed before it got its name gets it now. */
function completeAfter(folder: string, number: number): boolean {
  if (number === 0) return false
  const content = readFileSync(numberPath(folder, number), 'utf8')
  // A number whose taker was killed before it wrote is that of an attempt.
  const parsed = completionSchema.safeParse(jsonOrNothing(content))
  if (!parsed.success) return false
  const candidate = join(folder, candidateName(parsed.data.completes))
  if (existsSync(candidate)) renameSync(candidate, join(folder, RESULT_FILE))
  if (existsSync(join(folder, RESULT_FILE))) return true
  throw new AppException({
    code: 'cluster-folder',
    message: 'The result of the run is no longer there.',
    where: folder,
    remedy: 'Clone the experiment and submit it again.',
  })
}

function isThere(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
}
