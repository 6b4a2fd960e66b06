import { crc32, deflateSync } from 'node:zlib'
import { bytesOfDtype, type FileDtype } from '../file-tensor.ts'
import { writeSafetensors, type TensorToWrite } from '../safetensors/writer.ts'
import { descriptionSection, type ContainerDescription, type PackageKind } from './kind.ts'

/** Sections of a package that is being written; an empty one is left out. */
export class SectionsToWrite {
  readonly #sections = new Map<string, Extract<TensorToWrite, { readonly bytes: Uint8Array }>>()

  add(name: string, dtype: FileDtype, bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return
    this.#sections.set(name, { shape: [bytes.byteLength / bytesOfDtype[dtype]], dtype, bytes })
  }

  /**
   * Bytes of the whole package. Equal content gives equal bytes with one version of zlib.
   * @param mark what stands beside the version in the mark, for whoever looks at the header alone
   * @param describe gives the description from the sections' checksums
   */
  seal<D extends ContainerDescription>(
    { markKey, dictionary }: PackageKind<D>,
    mark: Readonly<Record<string, string | number>>,
    describe: (checksums: D['checksums']) => D,
  ): Uint8Array<ArrayBuffer> {
    const checksums = Object.fromEntries([...this.#sections].map(([name, { bytes }]) => [name, crc32(bytes)]))
    const described = describe(checksums)
    const { version } = described
    const bytes = deflateSync(JSON.stringify(described), {
      level: 9,
      ...(dictionary === undefined ? {} : { dictionary }),
    })
    const description = { shape: [bytes.byteLength], dtype: 'uint8', bytes } as const
    const tensors = [...this.#sections, [descriptionSection, description] as const]
    return writeSafetensors(tensors, { [markKey]: JSON.stringify({ version, ...mark }) })
  }
}
