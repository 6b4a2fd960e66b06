import { describe, expect, it } from 'vitest'
import { bytesSource } from '#formats/byte-source.ts'
import { networkInMetadata, networkOf } from '#formats/network-graph.ts'
import { networkMetadata } from '#formats/network-metadata.ts'
import { readOnnx } from '#formats/onnx/reader.ts'
import { architectures } from '#networks/architectures.ts'
import { cifarResnet } from '#networks/zoo/cifar-resnet.ts'
import { graphOfNetwork, networkOfGraph } from '#networks/own-graph.ts'
import { isOwnGraph, networkGraphSchema, type NetworkGraph } from '#shared/network/network-graph.ts'
import { Random } from '#shared/basics/random.ts'
import { AppException, toAppError, type Result } from '#shared/basics/result.ts'
import { variedOnnx } from '#test/support/onnx-models.ts'

const file = { name: 'network.safetensors' }

function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new AppException(result.error)
}

function errorOf(act: () => unknown): unknown {
  try {
    act()
    return undefined
  } catch (thrown) {
    return toAppError(thrown)
  }
}

describe('the description of a network', () => {
  it.each(architectures.map(({ id, build }) => ({ id, build })))('says all that $id is', ({ build }) => {
    const network = build(10)
    const described = valueOf(networkOfGraph(valueOf(graphOfNetwork(network)), network.architecture))
    const { graph: _graph, featureMaps, preprocessing: _preprocessing, ...rest } = described
    const { featureMaps: expectedMaps, preprocessing: _own, ...expected } = network
    expect(rest).toEqual(expected)
    expect(featureMaps.documented).toEqual(expectedMaps.documented)
  })

  it('comes back from the metadata of a file, under an identifier of its own', async () => {
    const { network } = valueOf(await readOnnx(bytesSource(variedOnnx(24), 'varied.onnx')))
    // As the first studio that read graphs named it: stored networks and packages are found by it.
    expect(network.architecture).toBe('graph-2eb85f3c534f529c')
    expect(isOwnGraph(network.architecture)).toBe(true)
    const metadata = networkMetadata(network)
    const { preprocessing: _preprocessing, ...expected } = network
    expect(networkOf(file, network, metadata)).toMatchObject(expected)
    expect(networkInMetadata(file, metadata)?.architecture).toBe(network.architecture)
  })

  it('is not needed for a network of the zoo', () => {
    const network = cifarResnet({ depth: 20, shortcut: 'a', classes: 10 })
    expect(networkMetadata(network)).not.toHaveProperty('graph')
    expect(networkInMetadata(file, networkMetadata(network))).toBeUndefined()
    expect(networkOf(file, network, {}).architecture).toBe('resnet20-cifar-a')
  })
})

describe('a description is refused', () => {
  const graph = valueOf(graphOfNetwork(cifarResnet({ depth: 20, shortcut: 'b', classes: 10 })))
  const refusal = (change: (graph: Mutable) => unknown): unknown => {
    const changed = structuredClone(graph) as Mutable
    change(changed)
    return errorOf(() => networkInMetadata(file, { graph: JSON.stringify(changed) }))
  }
  type Mutable = { -readonly [Key in keyof NetworkGraph]: NetworkGraph[Key] } & Record<string, unknown>

  it.each<[string, (graph: Mutable) => unknown, string, RegExp]>([
    ['of another version', (g) => Reflect.set(g, 'version', 2), 'file-unsupported', /version 1, found version 2/],
    ['of no version', (g) => Reflect.deleteProperty(g, 'version'), 'file-corrupt', /"version"/],
    ['with a field nobody knows', (g) => Reflect.set(g, 'code', 'x'), 'file-corrupt', /code/],
    ['with a node nobody knows', (g) => Reflect.set(g.nodes[1] ?? {}, 'op', 'eval'), 'file-corrupt', /"nodes\.1\.op"/],
    ['with grey images', (g) => Reflect.set(g.inputShape, 'channels', 1), 'file-corrupt', /channels/],
    ['with an output that is none', (g) => (g.output = 'pool'), 'file-corrupt', /vector of 10/],
    ['with an output from nowhere', (g) => (g.output = 'nothing'), 'file-corrupt', /vector of 10/],
    ['with other classes', (g) => (g.classes = 11), 'file-corrupt', /vector of 11/],
    ['with a node twice', (g) => g.nodes.push({ op: 'input', id: 'input' }), 'file-corrupt', /Two nodes/],
    ['with a node before its input', (g) => g.nodes.reverse(), 'file-corrupt', /no node before it/],
    ['with a parameter twice', (g) => g.parameters.push(...g.parameters.slice(0, 1)), 'file-corrupt', /twice/],
    ['with a parameter lost', (g) => g.parameters.shift(), 'file-corrupt', /conv1\.weight .* is missing/],
    [
      'with a parameter of another shape',
      (g) => Reflect.set(g.parameters[0] ?? {}, 'shape', [16, 4, 3, 3]),
      'file-corrupt',
      /should be \[16, 3, 3, 3\] and is \[16, 4, 3, 3\]/,
    ],
    [
      'with absurd parameters',
      (g) => Reflect.set(g.parameters[0] ?? {}, 'shape', [2 ** 31 - 1, 9]),
      'file-unsafe',
      /values/,
    ],
    [
      'with an absurd map',
      (g) => Reflect.set(g.inputShape, 'height', 4096) && Reflect.set(g.inputShape, 'width', 4096),
      'file-unsafe',
      /would yield/,
    ],
    [
      'with a represented layer that is no weight',
      (g) => g.representedLayers.push('linear.weight'),
      'file-corrupt',
      /No weight/,
    ],
    [
      'with a represented layer twice',
      (g) => g.representedLayers.push('conv1.weight'),
      'file-corrupt',
      /represented twice/,
    ],
    ['with a feature map that is a vector', (g) => g.featureMaps.push('linear'), 'file-corrupt', /yields a map/],
  ])('%s', (_, change, code, message) => {
    expect(refusal(change)).toMatchObject({
      code,
      message: expect.stringMatching(message),
      where: expect.stringMatching(/^network\.safetensors, metadata "graph"/),
    })
  })

  it('that is no JSON, or not the one of the identifier, or not there', () => {
    expect(errorOf(() => networkInMetadata(file, { graph: '{' }))).toMatchObject({ code: 'file-corrupt' })
    const metadata = { graph: JSON.stringify(graph) }
    const architecture = networkInMetadata(file, metadata)?.architecture ?? ''
    expect(networkOf(file, { architecture, classes: 10 }, metadata).classes).toBe(10)
    for (const [reference, found] of [
      [{ architecture: 'graph-0123456789abcdef', classes: 10 }, metadata],
      [{ architecture, classes: 9 }, metadata],
      [{ architecture, classes: 10 }, {}],
    ] as const) {
      expect(errorOf(() => networkOf(file, reference, found))).toMatchObject({ code: 'file-corrupt' })
    }
    expect(errorOf(() => networkOf(file, { architecture: 'nothing', classes: 10 }, {}))).toMatchObject({
      code: 'not-found',
    })
  })

  it('with any leaf replaced by a typed error, or it is still a whole network', () => {
    const random = Random.fromSeed(11)
    const values: readonly unknown[] = [0, 1, -1, 0.5, 3, 1e6, 2 ** 31, 1e300, '', 'conv1', '__proto__', null, [], {}]
    let refused = 0
    for (let round = 0; round < 300; round++) {
      const changed: unknown = structuredClone(graph)
      let parent = changed as object
      for (;;) {
        const keys = Object.keys(parent)
        const key = keys[random.integer(Math.max(1, keys.length))] ?? ''
        const child: unknown = Reflect.get(parent, key)
        if (typeof child === 'object' && child !== null && Object.keys(child).length > 0) parent = child
        else {
          Reflect.set(parent, key, values[random.integer(values.length)])
          break
        }
      }
      const error = errorOf(() => networkInMetadata(file, { graph: JSON.stringify(changed) }))
      if (error === undefined) expect(networkGraphSchema.safeParse(changed).success).toBe(true)
      else {
        refused++
        expect(error, `round ${round}`).not.toMatchObject({ code: 'internal' })
      }
    }
    expect(refused).toBeGreaterThan(100)
  })
})
