/**
 * The samples of a WebDataset shard: entries of one key side by side, the key being the path up to the first dot of its
 * last part. An image (`jpg`, `jpeg`, `png`, `webp`) and its class: `cls` (a number), `json` with a `label`, or `txt`.
 */
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { tarEntries, type TarBytes, type TarEntry } from '../tar/entries.ts'
import type { Label } from '../image-set/class-labels.ts'

export interface ShardSample {
  /** With folders, without ending. */
  readonly key: string
  /** Ending of the image's entry. */
  readonly ending: string
  /** Of the image's bytes in the inflated archive. */
  readonly offset: number
  readonly size: number
  /** undefined where the shard says none. */
  readonly label?: Label
}

const imageEndings: readonly string[] = ['jpg', 'jpeg', 'png', 'webp']
/** In the order in which they are believed. */
const labelEndings: readonly string[] = ['cls', 'json', 'txt']
/** In a `json` of a sample. */
const labelFields = ['label', 'cls', 'class', 'class_id', 'class_name'] as const
const MAX_LABEL_BYTES = 2 ** 20
const MAX_NAME_LENGTH = 200
/** A shard of 3 GB holds some 30,000 samples of ImageNet. */
const MAX_ENTRIES = 5_000_000

/** Key and ending as WebDataset splits a path; undefined where there is no ending, or no key. */
export function splitName(path: string): { readonly key: string; readonly ending: string } | undefined {
  const start = path.lastIndexOf('/') + 1
  const dot = path.indexOf('.', start)
  if (dot <= start) return undefined
  return { key: path.slice(0, dot), ending: path.slice(dot + 1).toLowerCase() }
}

/**
 * The samples that have an image, in the order of the shard. Throws `AppException`: `file-corrupt`, `file-truncated`,
 * `file-unsafe`, and `dataset-invalid` where a class is not readable.
 */
export async function readSamples(file: NamedFile, bytes: TarBytes): Promise<readonly ShardSample[]> {
  const samples: ShardSample[] = []
  let open: OpenSample | undefined
  for await (const entry of tarEntries(file, bytes, MAX_ENTRIES)) {
    const name = entry.isFile ? splitName(entry.name) : undefined
    if (name === undefined) continue
    if (open?.key !== name.key) {
      if (open?.image !== undefined) samples.push(finished(open, open.image))
      open = { key: name.key, labels: new Map() }
    }
    if (imageEndings.includes(name.ending)) {
      // A second image of a sample, in another format or beside it, is not the one that is labelled.
      open.image ??= { ending: name.ending, offset: bytes.position, size: entry.size }
    } else if (labelEndings.includes(name.ending)) {
      const label = await readLabel(file, bytes, entry, name.ending)
      if (label !== undefined) open.labels.set(name.ending, label)
    }
  }
  if (open?.image !== undefined) samples.push(finished(open, open.image))
  return samples
}

interface OpenSample {
  readonly key: string
  readonly labels: Map<string, Label>
  image?: Pick<ShardSample, 'ending' | 'offset' | 'size'>
}

function finished({ key, labels }: OpenSample, image: NonNullable<OpenSample['image']>): ShardSample {
  const ending = labelEndings.find((each) => labels.has(each))
  const label = ending === undefined ? undefined : labels.get(ending)
  return { key, ...image, ...(label === undefined ? {} : { label }) }
}

/** undefined for a json that names no class. */
async function readLabel(file: NamedFile, bytes: TarBytes, entry: TarEntry, ending: string) {
  if (entry.size > MAX_LABEL_BYTES) {
    const problem = `${quoted(entry.name)}: expected at most ${MAX_LABEL_BYTES} bytes, found ${entry.size}`
    throw fileError(file, 'dataset-invalid', problem, entry.at)
  }
  const text = new TextDecoder().decode(await bytes.take(entry.size)).trim()
  if (ending === 'json') return labelOfJson(file, entry, text)
  const label = labelOf(text)
  if (ending === 'txt' || typeof label === 'number') return label
  throw fileError(file, 'dataset-invalid', `${quoted(entry.name)}: expected a class number, found ${quoted(text)}`, entry.at) // prettier-ignore
}

function labelOfJson(file: NamedFile, entry: TarEntry, text: string): Label | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw fileError(file, 'dataset-invalid', `${quoted(entry.name)}: expected JSON, found ${quoted(text)}`, entry.at)
  }
  if (typeof value === 'number' || typeof value === 'string') return labelOf(String(value))
  if (typeof value !== 'object' || value === null) return undefined
  const fields = new Map<string, unknown>(Object.entries(value))
  const found = labelFields.map((field) => fields.get(field)).find((field) => field !== undefined)
  return typeof found === 'number' || typeof found === 'string' ? labelOf(String(found)) : undefined
}

/** undefined for what can be neither: an empty text, or a long one. */
function labelOf(text: string): Label | undefined {
  if (/^-?\d{1,9}$/.test(text)) return Number(text)
  return text === '' || text.length > MAX_NAME_LENGTH ? undefined : text
}
