import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { CompressedFiles } from '../library/compressed-files.ts'
import { pathOfToken } from './library.ts'

type CompressedFileHandlers = Pick<
  CommandHandlers,
  'compressed.sketch' | 'compressed.make' | 'compressed.measure' | 'compressed.save'
>

/** @param resolveFile the path behind a file token; undefined when it is none */
export function compressedFileHandlers(
  files: CompressedFiles,
  resolveFile: (token: string) => string | undefined,
): CompressedFileHandlers {
  return {
    'compressed.sketch': (input) => files.sketch(input),
    'compressed.make': (input) => files.make(input),
    'compressed.measure': (input) => files.measure(input),
    'compressed.save': async ({ id, file, withLoader }) => files.save(id, pathOfToken(resolveFile, file), withLoader),
  }
}
