import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { CompressedFiles } from '../library/compressed-files.ts'
import { pathOfToken } from './library.ts'

type CompressedFileHandlers = Pick<
  CommandHandlers,
  'compressed-files.sketch' | 'compressed-files.make' | 'compressed-files.measure' | 'compressed-files.save'
>

/** @param resolveFile the path behind a file token; undefined when it is none */
export function compressedFileHandlers(
  files: CompressedFiles,
  resolveFile: (token: string) => string | undefined,
): CompressedFileHandlers {
  return {
    'compressed-files.sketch': (input) => files.sketch(input),
    'compressed-files.make': (input) => files.make(input),
    'compressed-files.measure': (input) => files.measure(input),
    'compressed-files.save': async ({ id, file, withLoader }) =>
      files.save(id, pathOfToken(resolveFile, file), withLoader),
  }
}
