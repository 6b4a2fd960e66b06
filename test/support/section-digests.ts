import { createHash } from 'node:crypto'
import { descriptionSection } from '#formats/package-container/kind.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { unwrap } from '#shared/basics/result.ts'

/** SHA-256 of every section of a package but its description, by name: what its weights are decoded from. */
export function sectionDigests(file: Uint8Array): Readonly<Record<string, string>> {
  const { tensors } = unwrap(readSafetensors(file, 'package'))
  const sections = [...tensors].filter(([name]) => name !== descriptionSection)
  return Object.fromEntries(
    sections.map(([name, { bytes }]) => [name, createHash('sha256').update(bytes).digest('hex')]),
  )
}
