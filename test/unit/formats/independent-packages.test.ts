/** Packages that another program wrote (test/fixtures/packages/make_packages.py), from before halves were coded and after. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readBaselinePackage } from '#formats/baseline-package/reader.ts'
import { writeBaselinePackage } from '#formats/baseline-package/writer.ts'
import { readPackage } from '#formats/nern-package/reader.ts'
import { writePackage } from '#formats/nern-package/writer.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import type { CompressedTensors } from '#shared/tensors/compressed-tensor.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { StoredTensors } from '#shared/tensors/stored-tensor.ts'

const folder = join(import.meta.dirname, '../../fixtures/packages')
const bytesOf = (name: string): Uint8Array => readFileSync(join(folder, name))

type Owner = 'predictor' | 'layers' | 'kept'
// Hexadecimal bytes of the halves of every tensor.
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<
  Owner,
  Record<string, string>
>

function hexOf(tensors: StoredTensors | CompressedTensors): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      if (tensor.kind !== 'float16') throw new Error(`${name} is stored as ${tensor.kind}.`)
      return [name, Buffer.from(new Uint8Array(tensor.halves.slice().buffer)).toString('hex')]
    }),
  )
}

describe.each(['halves', 'coded-halves'])('%s', (name) => {
  it('of a compressed package are read to the bit', () => {
    const { predictor, kept } = unwrap(readPackage(bytesOf(`${name}.nern.safetensors`), name))
    expect([hexOf(predictor), hexOf(kept)]).toEqual([expected.predictor, expected.kept])
  })

  it("of a baseline's package are read to the bit", () => {
    const { layers, kept } = unwrap(readBaselinePackage(bytesOf(`${name}.baseline.safetensors`), name))
    expect([hexOf(layers), hexOf(kept)]).toEqual([expected.layers, expected.kept])
  })
})

it('the studio writes the same sections as the other program', () => {
  const written = [
    writePackage(unwrap(readPackage(bytesOf('halves.nern.safetensors'), 'a'))),
    writeBaselinePackage(unwrap(readBaselinePackage(bytesOf('halves.baseline.safetensors'), 'a')), {
      allowsEntropy: true,
    }),
  ]
  const others = [bytesOf('coded-halves.nern.safetensors'), bytesOf('coded-halves.baseline.safetensors')]
  expect(written.map(sectionsOf)).toEqual(others.map(sectionsOf))
})

function sectionsOf(file: Uint8Array): Record<string, readonly number[]> {
  const { tensors } = unwrap(readSafetensors(file, 'a'))
  return Object.fromEntries(
    [...tensors].flatMap(([name, { bytes }]) => (name === 'description' ? [] : [[name, [...bytes]]])),
  )
}
