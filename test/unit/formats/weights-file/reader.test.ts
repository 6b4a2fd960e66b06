import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '#formats/byte-source.ts'
import { readWeightsFile, type StateDict } from '#formats/weights-file/reader.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import type { Result } from '#shared/basics/result.ts'
import { assemble, global, legacyFile, legacyTensor, PROTO_2, STOP, text, uint32 } from '../pytorch/hostile-pickle.ts'
import { fuzz } from '../support/fuzz.ts'
import { itWithFiles, sharedPath } from '../support/shared-data.ts'

const fixtures = new URL('../../../fixtures/pytorch/', import.meta.url)
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, fixtures)))
const read = (bytes: Uint8Array) => readWeightsFile(bytesSource(bytes, 'network.pt'))

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new Error(`${result.error.code}: ${result.error.message}`)
}

function contentOf(stateDict: StateDict) {
  const rows = [...stateDict.tensors].map(([name, tensor]) => {
    const { shape, dtype } = tensor
    return [name, { shape, dtype, values: [...tensor.toFloat32()] }] as const
  })
  return Object.fromEntries(rows)
}

function countParameters(stateDict: StateDict): number {
  const learned = [...stateDict.tensors].filter(([name]) => !name.includes('running_'))
  return learned.reduce((count, [, tensor]) => count + tensor.toFloat32().length, 0)
}

describe('readWeightsFile', () => {
  const expected: unknown = JSON.parse(readFileSync(new URL('expected.json', fixtures), 'utf8'))

  it.each([
    ['zip.pt', 'pytorch-zip'],
    ['zip-deflated.pt', 'pytorch-zip'],
    ['zip-protocol-4.pt', 'pytorch-zip'],
    ['legacy.pt', 'pytorch-legacy'],
  ])('reads every dtype, view and parameter that PyTorch wrote to %s', async (name, format) => {
    const stateDict = unwrap(await read(fixture(name)))
    expect(stateDict.format).toBe(format)
    expect(contentOf(stateDict)).toEqual(expected)
  })

  it('reads safetensors with their metadata', async () => {
    const bytes = writeSafetensors([['a', { shape: [2], data: Float32Array.of(1, 2) }]], { arch: 'resnet20' })
    const stateDict = unwrap(await read(bytes))
    expect(stateDict).toMatchObject({ format: 'safetensors', metadata: { arch: 'resnet20' } })
    expect(contentOf(stateDict)).toEqual({ a: { shape: [2], dtype: 'float32', values: [1, 2] } })
  })

  it('reads from a path, whatever the name, and says when there is none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nern-weights-'))
    try {
      const path = join(folder, 'weights.txt')
      await writeFile(path, fixture('legacy.pt'))
      expect(unwrap(await readWeightsFile(path)).tensors.size).toBe(17)
      const missing = join(folder, 'none.pt')
      expect(await readWeightsFile(missing)).toEqual({
        ok: false,
        error: {
          code: 'not-found',
          message: 'none.pt: the file does not exist',
          where: `none.pt, ${missing}`,
          remedy: 'Check the path.',
        },
      })
      expect(await readWeightsFile(folder)).toMatchObject({ ok: false, error: { code: 'file-unreadable' } })
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  const resnets = [
    ['data/cifar10-resnets/resnet20-12fca82f.th', 97, 269_722],
    ['data/cifar10-resnets/resnet56-4bfd9763.th', 277, 853_018],
  ] as const
  for (const [file, keys, parameters] of resnets) {
    itWithFiles([sharedPath(file)])(`reads ${file}: ${keys} keys, ${parameters} parameters`, async () => {
      const stateDict = unwrap(await readWeightsFile(sharedPath(file)))
      expect([stateDict.tensors.size, countParameters(stateDict)]).toEqual([keys, parameters])
    })
  }

  const akamaster = sharedPath('data/cifar10-resnets/resnet20-12fca82f.th')
  const golden = sharedPath('method/goldens/00_weights_resnet20_akamaster/model.safetensors')
  itWithFiles([akamaster, golden])('reads the same ResNet-20 from a legacy pickle as from safetensors', async () => {
    const legacy = contentOf(unwrap(await readWeightsFile(akamaster)))
    const withoutPrefix = Object.entries(legacy).map(([name, tensor]) => [name.replace(/^module\./, ''), tensor])
    expect(Object.fromEntries(withoutPrefix)).toEqual(contentOf(unwrap(await readWeightsFile(golden))))
  })
})

describe('readWeightsFile refuses', () => {
  const osSystem = [global('os', 'system'), '(', text('true'), 't', 'R']

  it('a reference to any other Python object, by name, before anything is made of it', async () => {
    expect(await read(legacyFile(osSystem))).toEqual({
      ok: false,
      error: {
        code: 'file-unsafe',
        message:
          'network.pt: expected tensors only, found a reference to the Python object "os.system", ' +
          'which a state dict does not need and which could run code',
        where: 'network.pt, byte 47',
        remedy:
          'Nothing was executed. If you trust the file, load it in Python and save only its state dict: ' +
          'torch.save(network.state_dict(), path), or safetensors.',
      },
    })
  })

  const truncatedZip = fixture('zip.pt').subarray(0, 3000)
  const legacy = fixture('legacy.pt')
  const overlong = assemble(legacy, 0)
  const stackGlobal = [0x8c, 2, 'os', 0x8c, 6, 'system', 0x93]
  const selfContaining = ['}', 'q', 0, text('state_dict'), 'h', 0, 's']

  it.each<[string, Uint8Array, string, RegExp]>([
    ['an empty file', new Uint8Array(0), 'file-truncated', /found an empty file/],
    ['another kind of file', assemble('hello, world'), 'file-unsupported', /expected a weights file/],
    ['a zip without its end', truncatedZip, 'file-truncated', /the end is missing/],
    ['a legacy file cut in its weights', legacyTensor({}).subarray(0, -2), 'file-truncated', /bytes of weights/],
    ['a legacy file cut in its pickle', legacy.subarray(0, 500), 'file-truncated', /bytes of pickle/],
    ['bytes after the last storage', overlong, 'file-corrupt', /expected the file to end/],
    [
      'a whole pickled network',
      fixture('whole-network.pt'),
      'file-unsafe',
      /"torch\.nn\.modules\.container\.Sequential"/,
    ],
    ['a file without tensors', fixture('no-tensors.pt'), 'file-unsupported', /found a dict without tensors/],
    ['big-endian weights', fixture('big-endian.pt'), 'file-unsupported', /byte order little, found "big"/],
    ['safetensors without tensors', writeSafetensors([]), 'file-unsupported', /without any/],
    ['another pickle', assemble(PROTO_2, 'K', 1, STOP), 'file-unsupported', /magic number/],
    ['a name put together on the stack', legacyFile(stackGlobal), 'file-unsafe', /"os\.system"/],
    ['an old-style instance', legacyFile(['(ios\nsystem\n']), 'file-unsupported', /opcode 0x69/],
    ['an extension code', legacyFile([0x82, 1]), 'file-unsupported', /opcode 0x82/],
    [
      'a call of a storage class',
      legacyFile([global('torch', 'FloatStorage'), ')', 'R']),
      'file-corrupt',
      /found a call of torch\.FloatStorage/,
    ],
    ['a dict that contains itself', legacyFile(selfContaining), 'file-unsupported', /without tensors/],
    ['a text of 4 GB', legacyFile(['X', uint32(0xffffffff)]), 'file-truncated', /expected 4294967295 more bytes/],
    ['an integer of 1 GB', legacyFile([0x8b, uint32(2 ** 30)]), 'file-unsafe', /integers of at most 255 bytes/],
    ['an empty stack', legacyFile(['0']), 'file-corrupt', /empty stack/],
    ['endless work', legacyFile(['N', new Uint8Array(4_000_001).fill(0x32)]), 'file-unsafe', /4000000 pickle opcodes/],
    ['a view beyond its storage', legacyTensor({ offset: 1 }), 'file-corrupt', /tensor "a".*below 4.*up to 4/],
    ['strides beyond the storage', legacyTensor({ strides: [2] }), 'file-corrupt', /found a view up to 6/],
    ['a negative extent', legacyTensor({ shape: [-4] }), 'file-corrupt', /shape \[-4\]/],
    ['a negative stride', legacyTensor({ strides: [-1] }), 'file-corrupt', /strides \[-1\]/],
    ['a negative offset', legacyTensor({ offset: -1 }), 'file-corrupt', /offset in its storage/],
    ['strides that do not fit the shape', legacyTensor({ strides: [] }), 'file-corrupt', /strides \[\]/],
    [
      'a storage longer than the file',
      legacyTensor({ count: 2 ** 30 }),
      'file-truncated',
      /4294967296 bytes of weights/,
    ],
    [
      'a view that fills the memory',
      legacyTensor({ shape: [2e9], strides: [0] }),
      'file-unsafe',
      /repeat a small storage/,
    ],
    [
      'a complex storage',
      legacyTensor({ storageClass: 'ComplexFloatStorage' }),
      'file-unsupported',
      /tensor "a": expected numbers, found "torch\.complex64"/,
    ],
  ])('%s', async (_, bytes, code, message) => {
    expect(await read(bytes)).toMatchObject({ ok: false, error: { code, message: expect.stringMatching(message) } })
  })

  it('changed bytes of a stored entry, by its checksum', async () => {
    const bytes = fixture('zip.pt')
    const weights = Buffer.from(bytes).indexOf(Buffer.from(Float32Array.of(-3, -2.75, -2.5).buffer))
    bytes[weights] = 1
    const error = { code: 'file-corrupt', message: expect.stringMatching(/entry "zip\/data\/\d+": expected CRC-32/) }
    expect(await read(bytes)).toMatchObject({ ok: false, error })
  })
})

describe('mutated weights files give a value or a typed error', () => {
  it.each(['zip.pt', 'zip-deflated.pt', 'zip-protocol-4.pt', 'legacy.pt'])('%s', async (name) => {
    await fuzz(fixture(name), read, contentOf)
  })

  it('safetensors', async () => {
    const valid = writeSafetensors(
      [
        ['conv.weight', { shape: [2, 1, 3, 3], data: new Float32Array(18).fill(0.5) }],
        ['steps', { shape: [], data: BigInt64Array.of(3n) }],
      ],
      { arch: 'resnet20' },
    )
    await fuzz(valid, read, contentOf)
  })
})
