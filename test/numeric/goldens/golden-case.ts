/** A golden case: case.json and the tensors beside it. What a case means: goldens/README.md in the test data. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import type { FileTensor } from '#formats/file-tensor.ts'
import { float32Tensor, type HostTensor } from '#shared/tensors/host-tensor.ts'

const record = z.record(z.string(), z.unknown())
const caseSchema = z.object({
  config: record.default({}),
  scalars: record.default({}),
  tolerance: record.default({}),
})

export type TensorFile = ReadonlyMap<string, FileTensor>

export class GoldenCase {
  readonly name: string
  readonly folder: string
  readonly config: Readonly<Record<string, unknown>>
  readonly scalars: Readonly<Record<string, unknown>>
  readonly tolerance: Readonly<Record<string, unknown>>
  readonly #files = new Map<string, TensorFile>()

  constructor(folder: string) {
    const { config, scalars, tolerance } = caseSchema.parse(readJson(join(folder, 'case.json')))
    this.name = basename(folder)
    this.folder = folder
    this.config = config
    this.scalars = scalars
    this.tolerance = tolerance
  }

  /** @param path relative to the case, as case.json writes it */
  file(path = 'tensors.safetensors'): TensorFile {
    const full = resolve(this.folder, path)
    const known = this.#files.get(full) ?? readTensors(full)
    this.#files.set(full, known)
    return known
  }

  has(name: string): boolean {
    return this.file().has(name)
  }

  tensor(name: string): HostTensor {
    return toHost(this.fileTensor(name))
  }

  values(name: string): Float32Array {
    return this.fileTensor(name).toFloat32()
  }

  /** int64 or int32 values, as indices. */
  indices(name: string): Int32Array {
    return Int32Array.from(this.values(name))
  }

  shape(name: string): readonly number[] {
    return this.fileTensor(name).shape
  }

  /** All tensors whose name starts with `prefix`, without it. */
  tensorsUnder(prefix: string): Readonly<Record<string, HostTensor>> {
    const found = [...this.file()].filter(([name]) => name.startsWith(prefix))
    return Object.fromEntries(found.map(([name, tensor]) => [name.slice(prefix.length), toHost(tensor)]))
  }

  number(where: 'config' | 'scalars' | 'tolerance', key: string): number {
    return z.number({ error: `${where}.${key} is not a number` }).parse(this[where][key])
  }

  /** Safetensors files of the data folders `00_*` beside the case whose name starts with `prefix`. */
  dataFiles(prefix: string): readonly string[] {
    const parent = dirname(this.folder)
    const folders = readdirSync(parent).filter((name) => name.startsWith(prefix))
    return folders.flatMap((folder) =>
      readdirSync(join(parent, folder))
        .filter((file) => file.endsWith('.safetensors'))
        .map((file) => join('..', folder, file)),
    )
  }

  private fileTensor(name: string): FileTensor {
    const tensor = this.file().get(name)
    if (tensor === undefined) throw new Error(`there is no tensor ${name}`)
    return tensor
  }
}

export function toHost(tensor: FileTensor): HostTensor {
  return float32Tensor(tensor.shape, tensor.toFloat32())
}

/** Case folders of `dir`, in order of their names; data folders (`00`) are not cases. */
export function caseFolders(dir: string): readonly string[] {
  return readdirSync(dir)
    .filter((name) => !name.startsWith('00') && existsSync(join(dir, name, 'case.json')))
    .sort()
    .map((name) => join(dir, name))
}

export function numberList(value: unknown): readonly number[] {
  return z.array(z.number()).parse(value)
}

export function numberTable(value: unknown): readonly (readonly number[])[] {
  return z.array(z.array(z.number())).parse(value)
}

export function fields(value: unknown): Readonly<Record<string, unknown>> {
  return record.parse(value)
}

function readTensors(path: string): TensorFile {
  const content = readSafetensors(readFileSync(path), path)
  if (!content.ok) throw new Error(content.error.message)
  return content.value.tensors
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}
