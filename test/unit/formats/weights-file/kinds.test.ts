/** Weights files as people really have them: other names, other places, other things beside, other numbers. */
import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { bytesSource } from '#formats/byte-source.ts'
import { listStateDicts, readWeightsFile, type StateDict } from '#formats/weights-file/reader.ts'
import { float32View } from '#formats/file-tensor.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { matchArchitecture } from '#networks/matching.ts'
import { float32Tensor, int32Tensor, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { unwrap } from '#shared/basics/result.ts'
import { digestOf } from '#test/support/digest-of.ts'
import { seededParameters } from '#test/support/seeded-values.ts'
import { pythonObject, torchFile, type TorchValue } from '#test/support/torch-file.ts'
import { global, text } from '../pytorch/hostile-pickle.ts'
import { itWithFiles, sharedPath } from '../support/shared-data.ts'

const network = unwrap(buildNetwork('resnet20-cifar-a', 10))
const weights = seededParameters(network)
/** The same architecture, other numbers. */
const averaged = Object.fromEntries(
  Object.entries(weights).map(([name, { shape, data }]) => [
    name,
    float32Tensor(
      shape,
      Float32Array.from(data, (value) => value / 2),
    ),
  ]),
)
const named = (rename: (name: string) => string, tensors: HostTensors = weights): Record<string, HostTensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [rename(name), tensor]))
const prefixed = (prefix: string, tensors?: HostTensors) => named((name) => `${prefix}${name}`, tensors)
const counter = int32Tensor([], Int32Array.of(3))
const vector = float32Tensor([10], new Float32Array(10).fill(0.1))
const matrix = float32Tensor([4, 4], new Float32Array(16))

const read = (bytes: Uint8Array, key?: string) => readWeightsFile(bytesSource(bytes, 'network.pt'), { key })

/** The parameters that an import makes of a state dict, with everything it says. */
function imported(stateDict: StateDict) {
  const shapes = [...stateDict.tensors].map(([name, { shape }]) => ({ name, shape }))
  const { network: found, rename, notes } = unwrap(matchArchitecture(shapes))
  const sources = new Map([...rename].map(([file, parameter]) => [parameter, file]))
  const values = found.parameters.map(({ name }) => {
    const tensor = stateDict.tensors.get(sources.get(name) ?? '')
    return [name, tensor === undefined ? '' : digestOf(float32View(tensor))] as const
  })
  return {
    architecture: found.architecture,
    notes: [...stateDict.notes, ...notes],
    values: Object.fromEntries(values),
  }
}

const valuesOf = (tensors: HostTensors) =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, digestOf(data)]))

function expectNetwork(stateDict: StateDict, notes: readonly string[], tensors: HostTensors = weights): void {
  const found = imported(stateDict)
  expect(found.architecture).toBe('resnet20-cifar-a')
  expect(found.notes).toEqual(notes)
  expect(found.values).toEqual(valuesOf(tensors))
}

const leftOut = (prefix: string) => `All names of tensors begin with "${prefix}", which was left out.`

describe('a prefix of all tensors is left out, and said', () => {
  it.each([
    'module.',
    '_orig_mod.',
    'model.',
    'backbone.',
    'net.',
    'timm_model.',
    'encoder.',
    'module._orig_mod.model.',
    'model.module.net._orig_mod.',
    '_fsdp_wrapped_module.a.b.c.d.',
  ])('%s', async (prefix) => {
    expectNetwork(unwrap(await read(torchFile(prefixed(prefix)))), [leftOut(prefix)])
  })

  it('within names, where only some modules are wrapped', async () => {
    const names = named((name) => name.replace(/^layer(\d)\./, 'layer$1._orig_mod.'))
    const note = 'Left out of the names of tensors: "_orig_mod".'
    expectNetwork(unwrap(await read(torchFile(names))), [note])
  })

  it('in safetensors, too', async () => {
    expectNetwork(unwrap(await read(writeSafetensors(Object.entries(prefixed('model.'))))), [leftOut('model.')])
  })
})

describe('what computes nothing is ignored', () => {
  it('without a word for counters of batch norms', async () => {
    const counters = { 'bn1.num_batches_tracked': counter, 'layer1.0.bn1.num_batches_tracked': counter }
    expectNetwork(unwrap(await read(torchFile({ ...weights, ...counters }))), [])
  })

  it('and said for anything else', async () => {
    const others = {
      total_ops: counter,
      'conv1.total_params': counter,
      n_averaged: counter,
      'layer1.0.conv1.activation_post_process.min_val': counter,
      'layer1.0.empty': float32Tensor([0], new Float32Array()),
    }
    const stateDict = unwrap(await read(torchFile({ ...prefixed('module.'), ...others })))
    expectNetwork(stateDict, [
      leftOut('module.'),
      'Tensors that compute nothing were ignored: 5 (total_ops, total_params, n_averaged, min_val, empty).',
    ])
  })
})

describe('one network among other things', () => {
  const epoch = { epoch: 3, best: vector, optimizer: { state: { a: { momentum_buffer: matrix } }, param_groups: [] } }
  it.each<[string, TorchValue, string]>([
    ['under any key', { ...epoch, ema: weights }, 'ema'],
    ['two dicts deep', { ...epoch, trainer: { last: { weights } } }, 'trainer.last.weights'],
    ['in a list', [3, weights, { state: {}, param_groups: [] }], '1'],
    ['beside another state dict that is no network', { ...epoch, head: { weight: matrix }, net: weights }, 'net'],
  ])('%s', async (_, value, key) => {
    const stateDict = unwrap(await read(torchFile(value)))
    expect(stateDict.key).toBe(key)
    const others = key === 'net' ? ', the only known network; left alone: "head" (1 tensor)' : ''
    expectNetwork(stateDict, [`Taken from "${key}"${others}.`])
  })

  it.each<[string, Record<string, HostTensor>, readonly string[]]>([
    [
      'under a prefix, beside losses and metrics',
      { ...prefixed('model.'), 'criterion.weight': vector, 'metric.confusion': matrix },
      ['Left out beside the network: 2 tensors ("criterion.weight", "metric.confusion").', leftOut('model.')],
    ],
    [
      'under no prefix, beside a loss',
      { ...weights, 'criterion.weight': vector },
      ['Left out beside the network: 1 tensor ("criterion.weight").'],
    ],
    [
      'as the second part of a sequence that normalises first',
      { '0.mean': vector, ...prefixed('1.') },
      ['Left out beside the network: 1 tensor ("0.mean").', leftOut('1.')],
    ],
  ])('%s', async (_, tensors, notes) => {
    const stateDict = unwrap(await read(torchFile({ state_dict: tensors })))
    const place = stateDict.key === 'state_dict' ? [] : notes
    expect(stateDict.notes[0]).toBe(`Taken from "${stateDict.key}".`)
    expectNetwork(stateDict, [`Taken from "${stateDict.key}".`, ...(place.length > 0 ? place : notes)])
  })

  it('that a file holds twice is taken once', async () => {
    const stateDict = unwrap(await read(torchFile({ model: weights, ema: { ...weights } })))
    expectNetwork(stateDict, ['Taken from "model".'])
  })
})

describe('several networks', () => {
  const files: readonly [string, TorchValue, string, string][] = [
    ['two dicts', { state_dict: weights, state_dict_ema: averaged }, 'state_dict', 'state_dict_ema'],
    ['two prefixes', { ...prefixed('student.'), ...prefixed('teacher.', averaged) }, 'student', 'teacher'],
    ['one at the top', { ...weights, ...prefixed('ema.', averaged) }, '.', 'ema'],
    [
      'two prefixes in a dict',
      { state_dict: { ...prefixed('model.'), ...prefixed('ema_model.module.', averaged) } },
      'state_dict.model',
      'state_dict.ema_model',
    ],
  ]
  test.each(files)('in %s are listed, and the named one is taken', async (_, value, first, second) => {
    const bytes = torchFile(value)
    const tensors = network.parameters.length
    expect(await read(bytes)).toEqual({
      ok: false,
      error: {
        code: 'weights-file-ambiguous',
        message: `network.pt: expected the tensors of one network, found several: "${first}" (${tensors} tensors), "${second}" (${tensors} tensors)`,
        where: 'network.pt, its state dicts',
        remedy: 'Choose one of them: --key NAME on the command line, or in the window where it is imported.',
      },
    })
    expect(await listStateDicts(bytesSource(bytes, 'network.pt'))).toEqual({
      ok: true,
      value: [first, second].map((key) => ({ key, tensors, isKnown: true })),
    })
    expect(imported(unwrap(await read(bytes, first))).values).toEqual(valuesOf(weights))
    expect(imported(unwrap(await read(bytes, second))).values).toEqual(valuesOf(averaged))
    expect(await read(bytes, 'none')).toMatchObject({
      ok: false,
      error: { code: 'not-found', where: 'network.pt, key "none"', message: expect.stringContaining(`"${second}"`) },
    })
  })
})

it('refuses more dicts of tensors than a training could leave', async () => {
  const dicts = Array.from({ length: 1001 }, (_, index) => [`part ${index}`, { a: matrix }] as const)
  expect(await read(torchFile(Object.fromEntries(dicts)))).toMatchObject({
    ok: false,
    error: { code: 'file-unsafe', message: expect.stringContaining('at most 100000 tensors in 1000 dicts') },
  })
})

describe('Python objects beside the weights', () => {
  const expected = JSON.parse(readFileSync('test/fixtures/pytorch/kinds.json', 'utf8')) as {
    readonly [part: string]: { readonly [name: string]: { readonly shape: number[]; readonly values: number[] } }
  }
  const fixture = (name: string) => readWeightsFile(`test/fixtures/pytorch/${name}`)

  function expectTensors(stateDict: StateDict, part: string): void {
    const rows = [...stateDict.tensors].map(([name, tensor]) => [name, tensor.shape])
    const wanted = Object.entries(expected[part] ?? {})
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(wanted.map(([name, { shape }]) => [name, shape])))
    for (const [name, { values }] of wanted) {
      const found = stateDict.tensors.get(name)?.toFloat32() ?? []
      const difference = Math.max(0, ...values.map((value, i) => Math.abs(value - (found[i] ?? NaN))))
      // Weights here are below 2; PyTorch sums norms in another order.
      expect(difference, name).toBeLessThan(5e-7)
    }
  }

  it.each(['beside-2.pt', 'beside-4.pt', 'beside-5.pt', 'beside-legacy.pt'])('are never made: %s', async (name) => {
    const stateDict = unwrap(await fixture(name))
    expectTensors(stateDict, 'state')
    expect(stateDict.notes.join(' ')).toContain(
      'Python objects beside the weights were neither made nor run: "argparse.Namespace"',
    )
  })

  it('of tensors of every kind are read as the numbers PyTorch makes of them', async () => {
    const stateDict = unwrap(await fixture('unusual-tensors.pt'))
    expectTensors(stateDict, 'unusual')
    expect(stateDict.notes).toEqual([
      'Quantised tensors were read as the numbers they stand for: 5.',
      'Sparse tensors were read with their zeros: 4.',
    ])
  })

  it('weights in parts are put together as PyTorch computes them', async () => {
    const stateDict = unwrap(await fixture('reparametrised.pt'))
    expectTensors(stateDict, 'reparametrised')
    expect(stateDict.notes).toEqual([
      'Weights kept as parts (weight norm) were put together: 10.',
      'Weights kept as parts (spectral norm) were put together: 4.',
      'Weights kept as parts (pruning) were put together: 2.',
    ])
  })

  it.each([
    ['numpy-weight.pt', 'file-unsafe', 'the Python object "numpy._core.multiarray._reconstruct"'],
    ['complex-weight.pt', 'file-unsupported', 'expected numbers, found "torch.complex64"'],
    ['meta-weight.pt', 'file-unsupported', 'expected numbers, found a tensor without any, of the device meta'],
    ['eight-bit-weight.pt', 'file-unsupported', 'expected numbers, found "torch.float8_e4m3fn"'],
    ['blocks-weight.pt', 'file-unsupported', 'found "a sparse tensor of layout torch.sparse_bsr"'],
  ])('in place of a weight are refused by name: %s', async (name, code, says) => {
    const error = { code, where: `${name}, tensor "weight"`, message: expect.stringContaining(says) }
    expect(await fixture(name)).toMatchObject({ ok: false, error })
  })

  it('are left out under names of weights, too, where the network is complete', async () => {
    const file = torchFile({ ...weights, 'criterion.weight': pythonObject('losses', 'Weight') })
    const note = 'Python objects beside the weights were neither made nor run: "losses.Weight".'
    expectNetwork(unwrap(await read(file)), [note])
    const incomplete = torchFile({ ...weights, 'conv1.weight': pythonObject('losses', 'Weight') })
    const error = { code: 'file-unsafe', where: 'network.pt, tensor "conv1.weight"' }
    expect(await read(incomplete)).toMatchObject({ ok: false, error })
  })

  it('that hold the weights themselves are refused by name', async () => {
    const bytes = torchFile({ epoch: 3, model: pythonObject('models.yolo', 'Model') })
    expect(await read(bytes)).toMatchObject({
      ok: false,
      error: { code: 'file-unsafe', message: expect.stringContaining('its Python objects "models.yolo.Model"') },
    })
  })

  it.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['nt', 'popen'],
    ['subprocess', 'Popen'],
    ['builtins', 'exec'],
    ['__builtin__', 'eval'],
    ['runpy', 'run_path'],
    ['importlib', 'import_module'],
  ])('refuses a file that names %s.%s, wherever it does', async (module, name) => {
    const call = { opcodes: [global(module, name), text('true'), 0x85, 'R'] }
    expect(await read(torchFile({ state_dict: weights, hook: call }))).toMatchObject({
      ok: false,
      error: { code: 'file-unsafe', message: expect.stringContaining(`"${module}.${name}"`) },
    })
  })
})

describe('a quantised network', () => {
  it('is named, with the way in', () => {
    const names = ['conv1.weight', 'conv1.bias', 'conv1.scale', 'conv1.zero_point', 'fc._packed_params.dtype']
    const result = matchArchitecture(names.map((name) => ({ name, shape: [] })))
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'architecture-unknown', remedy: expect.stringMatching(/quantised and fused.*float weights/) },
    })
  })
})

describe('the files of shared/cases', () => {
  const cases = [
    ['prefix-orig-mod.pth', [leftOut('_orig_mod.')]],
    ['prefix-model-lightning.ckpt', ['Taken from "state_dict".', leftOut('model.')]],
    ['key-ema.pth', ['Taken from "ema".']],
    ['key-model_state.pth', ['Taken from "model_state".']],
    ['numpy-scalar-beside.pth', ['Taken from "state_dict".', expect.stringContaining('numpy.core.multiarray.scalar')]],
    ['namespace-beside.pth', ['Taken from "state_dict".', expect.stringContaining('argparse.Namespace')]],
    ['path-beside.pth', ['Taken from "state_dict".', expect.stringContaining('pathlib.PurePosixPath')]],
  ] as const
  // Read off the archive's storage 0: the first half-precision numbers of conv1.weight.
  const firstWeights = [-0.0014410018920898438, 0.10321044921875, -0.158447265625]
  const reference = sharedPath('cases/checkpoints/prefix-orig-mod.pth')
  for (const [name, notes] of cases) {
    const path = sharedPath(`cases/checkpoints/${name}`)
    itWithFiles([path, reference])(`${name} is ResNet-20, option A`, async () => {
      const stateDict = unwrap(await readWeightsFile(path))
      const first = [...stateDict.tensors].find(([tensor]) => tensor.endsWith('conv1.weight'))?.[1]
      expect([...(first?.toFloat32().subarray(0, 3) ?? [])]).toEqual(firstWeights)
      const found = imported(stateDict)
      expect([found.architecture, found.notes]).toEqual(['resnet20-cifar-a', notes])
      expect(found.values).toEqual(imported(unwrap(await readWeightsFile(reference))).values)
    })
  }

  const int8 = sharedPath('cases/checkpoints/int8-state-dict.pth')
  itWithFiles([int8])('int8-state-dict.pth is read as floats', async () => {
    const stateDict = unwrap(await readWeightsFile(int8))
    expect(stateDict.notes).toEqual(['Quantised tensors were read as the numbers they stand for: 1.'])
    expect(stateDict.tensors.get('conv1.weight')).toMatchObject({ shape: [8, 3, 3, 3], dtype: 'float32' })
  })
})
