import { AppException } from '../basics/result.ts'

/** A word as a POSIX shell takes it literally, whatever it holds. Throws `invalid-argument` for a NUL, which no shell can hold. */
export function shellWord(text: string): string {
  if (text.includes('\0')) {
    throw new AppException({
      code: 'invalid-argument',
      message: 'A name for the cluster holds a NUL character.',
      remedy: 'Use another name.',
    })
  }
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** A folder of the cluster as a word: `~/` is the home folder there, everything else is literal. */
export function shellFolder(folder: string): string {
  return folder.startsWith('~/') ? `"$HOME"/${shellWord(folder.slice(2))}` : shellWord(folder)
}
