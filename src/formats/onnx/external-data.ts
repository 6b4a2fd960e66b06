/**
 * Weights that lie beside the model (TensorProto.external_data): a name, an offset and a length. Only files of the model's
 * own folder are opened. The graph is parsed twice, once to learn what is wanted and once with the bytes.
 */
import type { ByteSource } from '../byte-source.ts'
import { quoted, type NamedFile } from '../file-error.ts'
import { onnxError } from './onnx-error.ts'

interface Region {
  readonly tensor: string
  readonly offset: number
  readonly sizeBytes: number
}

export class ExternalData {
  /** By file name, then by place. */
  readonly #wanted = new Map<string, Map<string, Region>>()
  readonly #bytes = new Map<string, Uint8Array>()

  /** Names of the files that are wanted. */
  get files(): readonly string[] {
    return [...this.#wanted.keys()]
  }

  /**
   * The bytes of a tensor; undefined before `load`, which then reads them. `entries` are the tensor's own keys and values.
   * Throws `AppException`: `file-unsafe` for a file of another folder, `file-corrupt` for numbers that are none.
   */
  bytesOf(
    file: NamedFile,
    tensor: string,
    entries: ReadonlyMap<string, string>,
    sizeBytes: number,
  ): Uint8Array | undefined {
    const name = fileName(file, tensor, entries.get('location') ?? '')
    const offset = numberOf(file, tensor, 'offset', entries.get('offset') ?? '0')
    const length = numberOf(file, tensor, 'length', entries.get('length') ?? String(sizeBytes))
    if (length !== sizeBytes) {
      const problem = `tensor ${quoted(tensor)}: expected ${sizeBytes} bytes in ${quoted(name)}, found ${length}`
      throw onnxError(file, 'file-corrupt', problem, `tensor ${quoted(tensor)}`)
    }
    const place = `${offset} ${sizeBytes}`
    const loaded = this.#bytes.get(`${place} ${name}`)
    if (loaded !== undefined) return loaded
    const regions = this.#wanted.get(name) ?? new Map<string, Region>()
    regions.set(place, { tensor, offset, sizeBytes })
    this.#wanted.set(name, regions)
    return undefined
  }

  /** Reads all that was wanted. Throws `AppException`: `not-found`, `file-unsafe`, `file-truncated`, `file-corrupt`. */
  async load(model: ByteSource): Promise<void> {
    for (const [name, regions] of this.#wanted) await this.#loadFile(model, name, regions)
  }

  async #loadFile(model: ByteSource, name: string, regions: ReadonlyMap<string, Region>): Promise<void> {
    const at = `external data ${quoted(name)}`
    const opened = await model.beside?.(name)
    if (opened?.ok !== true) {
      const isMissing = opened === undefined || opened.error.code === 'not-found'
      const problem = isMissing
        ? `its weights lie in ${quoted(name)}, which is not in its folder`
        : `its weights lie in ${quoted(name)}, which cannot be read: ${opened.error.message}`
      const remedy = `Put ${quoted(name)} beside ${model.name}, in the same folder and under this name, or export the network with its weights inside the .onnx file.`
      throw onnxError(model, isMissing ? 'not-found' : opened.error.code, problem, at, remedy)
    }
    const source = opened.value
    try {
      // What tensors share is read once: a file cannot claim more memory than it has bytes.
      const claimed = [...regions.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
      const end = Math.max(...[...regions.values()].map(({ offset, sizeBytes }) => offset + sizeBytes))
      if (claimed > source.size && end <= source.size) {
        throw onnxError(model, 'file-corrupt', `its tensors overlap in ${quoted(name)}`, at)
      }
      for (const [place, { tensor, offset, sizeBytes }] of regions) {
        if (offset + sizeBytes > source.size) {
          const problem = `tensor ${quoted(tensor)}: expected ${sizeBytes} bytes at byte ${offset} of ${quoted(name)}, found its end at byte ${source.size}`
          throw onnxError(model, 'file-truncated', problem, at)
        }
        this.#bytes.set(`${place} ${name}`, await source.read(offset, sizeBytes))
      }
    } finally {
      await source.close()
    }
  }
}

/** Of a file in the folder of the model: paths of any system are refused, so that no file elsewhere is read. */
function fileName(file: NamedFile, tensor: string, location: string): string {
  const at = `tensor ${quoted(tensor)}`
  const name = location.startsWith('./') ? location.slice(2) : location
  if (name === '') throw onnxError(file, 'file-corrupt', `${at}: its values lie in another file of no name`, at)
  const isPlain = name !== '.' && name !== '..' && !/[/\\\0]|^[A-Za-z]:/.test(name)
  if (isPlain) return name
  const problem = `${at}: its values lie in ${quoted(location)}, expected the name of a file in the folder of the model`
  const remedy = 'Export the network again with its weights inside the .onnx file, or beside it in the same folder.'
  throw onnxError(file, 'file-unsafe', problem, at, remedy)
}

function numberOf(file: NamedFile, tensor: string, key: string, text: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  if (Number.isSafeInteger(value)) return value
  const problem = `tensor ${quoted(tensor)}: expected a number as ${key} of its external data, found ${quoted(text)}`
  throw onnxError(file, 'file-corrupt', problem, `tensor ${quoted(tensor)}`)
}
