import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { sampleShape } from '#main/library/sample-shape.ts'
import { unwrap } from '#shared/basics/result.ts'

test('the shape of the sample network is that of the file shipped', () => {
  const file = join(import.meta.dirname, '../../../../resources/samples/resnet20-cifar10.safetensors')
  const { tensors } = unwrap(readSafetensors(readFileSync(file), file))
  const { representedLayers, remainder } = sampleShape()
  const inFile = [...tensors].map(([name, { shape }]) => `${name} ${shape.join()}`)
  const described = [...representedLayers, ...remainder].map(({ name, shape }) => `${name} ${shape.join()}`)
  expect(described.toSorted()).toEqual(inFile.toSorted())
})
