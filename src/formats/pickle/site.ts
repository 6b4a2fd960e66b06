import { fileError, type NamedFile } from '../file-error.ts'

/** Where in which file a pickle asks for something. */
export interface PickleSite {
  readonly file: NamedFile
  readonly at: string
}

export function corrupt({ file, at }: PickleSite, problem: string) {
  return fileError(file, 'file-corrupt', problem, at)
}
