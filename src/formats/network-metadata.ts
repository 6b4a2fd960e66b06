/** What the studio writes beside the tensors into the header of a network's safetensors file, and reads from it again. */
import type { Network } from '#networks/network.ts'
import {
  defaultPreprocessing,
  isSamePreprocessing,
  preprocessingSchema,
  type Preprocessing,
} from '#shared/network/preprocessing.ts'
import { fileError, type NamedFile } from './file-error.ts'
import { jsonOrNothing } from '#shared/basics/json-or-nothing.ts'

/** Its value is the JSON of a `Preprocessing`; what is left out of it has the value of `defaultPreprocessing`. */
const preprocessingKey = 'preprocessing'
/** Its value is the JSON of a `NetworkGraph`; only networks that are none of the zoo's have it. */
export const graphKey = 'graph'
const fileSchema = preprocessingSchema.extend({
  resize: preprocessingSchema.shape.resize.default(defaultPreprocessing.resize),
})

/** Metadata of the file of a network; the usual preprocessing is not written, so that such files keep their hashes. */
export function networkMetadata({
  architecture,
  classes,
  preprocessing,
  graph,
}: Pick<Network, 'architecture' | 'classes' | 'preprocessing' | 'graph'>): Readonly<Record<string, string>> {
  const named = {
    architecture,
    classes: String(classes),
    ...(graph === undefined ? {} : { [graphKey]: JSON.stringify(graph) }),
  }
  if (isSamePreprocessing(preprocessing, defaultPreprocessing)) return named
  return { ...named, [preprocessingKey]: JSON.stringify(preprocessing) }
}

/** Whether the studio wrote the file: its tensors are one network's or one package's, under their own names. */
export function isStudioFile(metadata: Readonly<Record<string, string>>): boolean {
  return ['architecture', 'classes'].every((key) => Object.hasOwn(metadata, key))
}

/** The architecture that the header of a file names, of the zoo or not. */
export function namedArchitecture(metadata: Readonly<Record<string, string>>): string | undefined {
  return Object.hasOwn(metadata, 'architecture') ? metadata['architecture'] : undefined
}

/** The preprocessing that the header of a file names, if it names one. Throws `file-corrupt` for one that is none. */
export function namedPreprocessing(
  file: NamedFile,
  metadata: Readonly<Record<string, string>>,
): Preprocessing | undefined {
  const text = Object.hasOwn(metadata, preprocessingKey) ? metadata[preprocessingKey] : undefined
  if (text === undefined) return undefined
  const parsed = fileSchema.safeParse(jsonOrNothing(text))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw fileError(
    file,
    'file-corrupt',
    `expected metadata ${preprocessingKey} with mean and standardDeviation as JSON, found something else (${issue?.message ?? 'invalid'})`,
    `metadata "${preprocessingKey}"${issue === undefined || issue.path.length === 0 ? '' : `, ${issue.path.join('.')}`}`,
    'Say mean and deviation when importing (--mean and --std, or --preprocessing); what the file says is then left alone.',
  )
}
