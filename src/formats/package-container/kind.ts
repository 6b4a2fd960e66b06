import type { DescriptionSchema } from '#shared/package/package-description.ts'

/** Key of the zlib stream with the JSON description among a container's tensors. */
export const descriptionSection = 'description'

/** What every kind of package describes, whatever else it says. */
export interface ContainerDescription {
  /** One of the kind's versions, as in the mark. */
  readonly version: number
  /** CRC-32 of every section but the description. */
  readonly checksums: Readonly<Record<string, number>>
}

/** A safetensors file whose tensors are sections of a few precisions, with a description of what lies in them. */
export interface PackageKind<D extends ContainerDescription> {
  /** Key in the header's metadata that marks a file as one of this kind. */
  readonly markKey: string
  /** Of the format; a reader refuses any other. */
  readonly versions: readonly number[]
  /** For people, e.g. `compressed package`. */
  readonly title: string
  /** Where such files come from, for the remedy of an error. */
  readonly origin: string
  readonly schema: DescriptionSchema<D>
  /** Preset dictionary of the description's zlib stream; part of the format. */
  readonly dictionary?: Uint8Array
}

export function hasMark(
  kind: Pick<PackageKind<never>, 'markKey'>,
  metadata: Readonly<Record<string, string>>,
): boolean {
  return Object.hasOwn(metadata, kind.markKey)
}
