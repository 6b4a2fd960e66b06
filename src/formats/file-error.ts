import { AppException, fail, toAppError, type AppErrorCode, type Result } from '#shared/basics/result.ts'

export interface NamedFile {
  readonly name: string
}

/** What a user can do when a reader has nothing more specific to say. */
const remedies: Partial<Record<AppErrorCode, string>> = {
  'file-unreadable': 'Check that the file exists and that you may read it, then try again.',
  'file-truncated': 'The copy or download is incomplete; fetch the file again.',
  'file-corrupt': 'The file contradicts itself; fetch it again or write it again with the program it came from.',
  'file-unsupported': 'Write it again in a form that the studio reads; docs/formats.md lists them, and the way round.',
  'file-unsafe': 'Nothing of the file was executed or imported. Ask its author for a .safetensors file.',
  'dataset-invalid': 'Check that the folder holds the complete, unchanged data set.',
}

/**
 * An error about one file. `problem` says what was expected and what was found; `at` is a byte offset, tensor or
 * entry. Text from the file inside `problem` or `at` goes through `quoted`.
 */
export function fileError(file: NamedFile, code: AppErrorCode, problem: string, at: string, remedy = remedies[code]) {
  return new AppException({
    code,
    message: `${file.name}: ${problem}`,
    where: `${file.name}, ${at}`,
    ...(remedy === undefined ? {} : { remedy }),
  })
}

/** The same as a failed `Result`: plain fields, which survive the way to another process. */
export function fileFailure(...problem: Parameters<typeof fileError>) {
  return fail(toAppError(fileError(...problem)))
}

const QUOTED_LENGTH = 80

/** Text from an untrusted file, fit to be shown: quoted, escaped, and short. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text)
}

/** Runs `read` and turns whatever it throws into a failed `Result`; `internal` then means a defect of the reader. */
export async function asResult<T>(read: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await read()
  } catch (thrown) {
    return fail(toAppError(thrown))
  }
}

/** `asResult` for readers that do not wait. */
export function asResultSync<T>(read: () => Result<T>): Result<T> {
  try {
    return read()
  } catch (thrown) {
    return fail(toAppError(thrown))
  }
}
