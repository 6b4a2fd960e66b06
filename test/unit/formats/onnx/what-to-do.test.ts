/** What somebody is told to do about a graph that does not come in as it is. */
import { describe, expect, it } from 'vitest'
import { bytesSource } from '#formats/byte-source.ts'
import { readOnnx, type OnnxOptions } from '#formats/onnx/reader.ts'
import { unwrap } from '#shared/basics/result.ts'
import { ModelWriter } from '#test/support/onnx-models.ts'

const read = (bytes: Uint8Array, options?: OnnxOptions) => readOnnx(bytesSource(bytes, 'network.onnx'), options)

describe('an operator that is not read', () => {
  it.each([
    ['QLinearConv', /QDQ format/],
    ['MatMulInteger', /QDQ format/],
    ['com.microsoft.QLinearAdd', /QDQ format/],
    ['com.microsoft.FusedConv', /before the optimisation/],
    ['LayerNormalization', /batch normalisation is/],
    ['LSTM', /Known operators: Add, /],
  ])('%s has its own remedy', async (op, remedy) => {
    const model = new ModelWriter()
    const [, domain = '', name = op] = /^(.*)\.(\w+)$/.exec(op) ?? []
    const output = domain === '' ? model.node(name, 'x', ['images']) : model.foreign(domain, name, 'x', ['images'])
    expect(await read(model.bytes(output))).toMatchObject({
      error: { code: 'file-unsupported', remedy: expect.stringMatching(remedy) },
    })
  })
})

describe('the size of the images', () => {
  const graph = (shape: readonly (number | string)[]): Uint8Array => {
    const model = new ModelWriter()
    const maps = model.node('Conv', 'maps', ['images', model.weights('w', [10, 3, 3, 3])])
    return model.bytes(model.node('Flatten', 'x', [model.node('GlobalAveragePool', 'mean', [maps])]), { shape })
  }
  const free = [
    ['batch', 3, 'height', 'width'],
    ['batch', 'channels', 'height', 'width'],
    ['batch', 3, 20, 'width'],
    [2, 3, 'size', 'size'],
  ] as const

  it.each(free)('is asked for where the graph leaves it free: %s, %s, %s, %s', async (...shape) => {
    expect(await read(graph(shape))).toMatchObject({
      ok: false,
      error: {
        code: 'input-size-needed',
        message: expect.stringMatching(/input "images" leaves height and width free: \[.*free.*\]$/),
        remedy: expect.stringContaining('--input-size'),
      },
    })
  })

  it.each(free)('is the one that is given: %s, %s, %s, %s', async (...shape) => {
    const { network, notes } = unwrap(await read(graph(shape), { inputSize: 20 }))
    expect(network.inputShape).toEqual({ channels: 3, height: 20, width: 20 })
    expect(notes).toEqual(['The graph leaves the size of its images free; it is read for 20 x 20 pixels.'])
  })

  it('of a graph that says it itself is no other', async () => {
    const { network, notes } = unwrap(await read(graph(['batch', 3, 16, 16]), { inputSize: 16 }))
    expect([network.inputShape.height, notes]).toEqual([16, []])
    expect(await read(graph(['batch', 3, 16, 16]), { inputSize: 32 })).toMatchObject({
      ok: false,
      error: { code: 'invalid-argument', message: expect.stringContaining('16 x 16 pixels, and 32 were asked for') },
    })
  })
})
