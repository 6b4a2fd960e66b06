import { expect, it } from 'vitest'
import { describeSpectral } from '#cli/describe-package.ts'
import { openSpectralPackage } from '#formats/spectral-package/reader.ts'
import { writeSpectralPackage } from '#formats/spectral-package/writer.ts'
import { unwrap } from '#shared/basics/result.ts'
import { madeUpSpectral } from '#test/support/made-up-spectral.ts'

const layers = [{ shape: [8, 6, 3, 3] }, { shape: [10, 8], kind: 'bias' }] as const
const bytes = writeSpectralPackage(madeUpSpectral({ layers }))
const [value, text] = describeSpectral('a.spectral.safetensors', unwrap(openSpectralPackage(bytes, 'a')))

it('says of a spectral package where every byte goes', () => {
  const { parts } = value as { parts: readonly { part: string; bytes: number }[] } // What the function makes.
  expect(parts.map(({ part }) => part)).toEqual(['kernels', 'biases, gains and steps', 'kept tensors', 'header'])
  expect(parts.reduce((sum, part) => sum + part.bytes, 0)).toBe(bytes.byteLength)
})

it('says how each of its tensors is stored', () => {
  const rows = text.split('\n').map((line) => line.trim().split(/ {2,}/))
  expect(rows).toEqual(
    expect.arrayContaining([
      ['coded', '512 weights in 2 layers'],
      ['layer0.conv.weight', '8 x 6 x 3 x 3', 'codes, with the scale of layer0.bn'],
      ['layer0.bn.bias', '8', 'coded bias'],
      ['layer1.conv.weight', '10 x 8', 'codes'],
      ['layer1.conv.bias', '10', 'coded bias'],
      ['head.scale', '3 x 4', 'float16'],
    ]),
  )
})
