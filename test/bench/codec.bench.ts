/**
 * npm run bench -- codec [--rounds 3] [--skip-vgg]
 *
 * How fast spectral packages are written and read, and how small they are: the sample network, and networks of the shapes of
 * ResNet-50 and VGG-16 with random codes. MB of float32 weights a second of processor time, the best round; by the studio
 * and by nern_load.py, which reads the two smaller ones once. Then what a whole compression takes, untrained weights to bytes.
 * Exits 1 when something else comes back.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { readSpectralPackage } from '#formats/spectral-package/reader.ts'
import { tensorsOf } from '#formats/spectral-package/tensors.ts'
import { writeSpectralPackage } from '#formats/spectral-package/writer.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { Random } from '#shared/basics/random.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import type { SpectralPackage } from '#shared/package/spectral-package.ts'
import { kernelShapeOf, representedShapeSchema, type RepresentedShape } from '#shared/tensors/represented-shape.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { SpectralLayer } from '#shared/tensors/spectral-layer.ts'
import { encodeNetwork } from '#trainer/methods/spectral/encode.ts'
import { laplacianCodes, madeUpSpectral } from '#test/support/made-up-spectral.ts'
import { runPython } from '#test/support/python.ts'
import { sampleCodes } from '#test/support/sample-codes.ts'
import { processor } from './steps/machine.ts'
import { digits, markdownTable } from './steps/report.ts'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, 'skip-vgg': { type: 'boolean', default: false } },
})

interface Subject {
  readonly title: string
  readonly layers: readonly SpectralLayer[]
  /** Whether nern_load.py reads it too. */
  readonly isForPython: boolean
}

console.log(`${processor()}, Node.js ${process.versions.node}; load ${os.loadavg()[0]?.toFixed(2)}.\n`)
const subjects: readonly (() => Subject)[] = [
  () => ({ title: 'the sample, ResNet-20', layers: sampleCodes(), isForPython: true }),
  () => ({ title: 'ResNet-50', layers: randomLayers('resnet50-imagenet'), isForPython: true }),
  ...(options['skip-vgg']
    ? []
    : [() => ({ title: 'VGG-16', layers: randomLayers('vgg16-bn-imagenet'), isForPython: false })]),
]
const rows = subjects.map((subject) => measured(subject()))
console.log(markdownTable(['network', 'weights', 'bits a weight', 'written', 'read', 'by Python', 's to write'], rows))

const compressions = ['resnet20-cifar-b', 'resnet50-imagenet', ...(options['skip-vgg'] ? [] : ['vgg16-bn-imagenet'])]
const compressed: (readonly string[])[] = []
for (const architecture of compressions) compressed.push(await compression(architecture))
console.log(`\n${markdownTable(['compressed to a tenth', 'parameters', 's of processor', 's'], compressed)}`)

/** The whole of it, once: fold, transform, search of the step, correction and coding; linear layers are coded, too. */
async function compression(architecture: string): Promise<readonly string[]> {
  const network = unwrap(buildNetwork(architecture, 1000))
  const original = { network, parameters: initialParameters(network, 1) }
  const config: SpectralConfig = {
    ...spectralDefaults,
    size: { ...spectralDefaults.size, ratio: 10 },
    storage: { ...spectralDefaults.storage, linear: 'coded' },
  }
  const [startedMs, started] = [performance.now(), process.cpuUsage()]
  await encodeNetwork(original, '0'.repeat(64), config)
  const { user, system } = process.cpuUsage(started)
  const parameters = network.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const seconds = (performance.now() - startedMs) / 1000
  return [architecture, parameters.toLocaleString('en'), digits((user + system) / 1e6), digits(seconds)]
}

function measured({ title, layers, isForPython }: Subject): readonly string[] {
  const content: SpectralPackage = { ...madeUpSpectral({ layers: [] }), layers }
  const weights = layers.reduce((sum, { codes }) => sum + codes.length, 0)
  const megabytes = (4 * weights) / 1e6
  let [writing, reading] = [Infinity, Infinity]
  let bytes = new Uint8Array()
  for (let round = 0; round < Number(options.rounds); round++) {
    writing = Math.min(
      writing,
      processorSeconds(() => (bytes = writeSpectralPackage(content))),
    )
    reading = Math.min(
      reading,
      processorSeconds(() => tensorsOf(unwrap(readSpectralPackage(bytes, title)))),
    )
  }
  const read = unwrap(readSpectralPackage(bytes, title))
  if (read.layers.some(({ codes }, at) => Buffer.compare(bytesOf(codes), bytesOf(layers[at]?.codes)) !== 0)) {
    console.error(`${title}: other codes came back.`)
    process.exitCode = 1
  }
  return [
    title,
    weights.toLocaleString('en'),
    ((8 * bytes.byteLength) / weights).toFixed(3),
    `${digits(megabytes / writing)} MB/s`,
    `${digits(megabytes / reading)} MB/s`,
    isForPython ? `${digits(megabytes / pythonSeconds(bytes))} MB/s` : '',
    digits(writing),
  ]
}

function processorSeconds(work: () => unknown): number {
  const started = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1e6
}

/** Of nern_load.py, its start left out. */
function pythonSeconds(bytes: Uint8Array): number {
  const script = [
    'import sys, time',
    `sys.path.insert(0, ${JSON.stringify(join(process.cwd(), 'resources', 'python'))})`,
    'import nern_load',
    'started = time.process_time()',
    'nern_load.load(sys.argv[1])',
    'print(time.process_time() - started)',
  ].join('\n')
  const folder = mkdtempSync(join(os.tmpdir(), 'nern-codec-'))
  try {
    const path = join(folder, 'network.spectral.safetensors')
    writeFileSync(path, bytes)
    return Number(runPython(['-c', script, path]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function bytesOf(codes: Int32Array = new Int32Array()): Uint8Array {
  return new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength)
}

/** Every convolution and linear layer of a network, with codes of some 1.5 bits a weight. */
function randomLayers(architecture: string): readonly SpectralLayer[] {
  const random = Random.fromSeed(1, architecture)
  return unwrap(buildNetwork(architecture, 1000)).parameters.flatMap(({ name, shape, role }) => {
    if (role !== 'conv-weight' && role !== 'linear-weight') return []
    const coded = representedShapeSchema.parse(shape)
    return [
      { name, shape: coded, codes: laplacianCodes(coded, meanOf(coded), random), stepExponents: Int32Array.of(0) },
    ]
  })
}

/** Mean magnitude of the lowest frequency: that of large kernels holds more of them. */
function meanOf(shape: RepresentedShape): number {
  const [, , height, width] = kernelShapeOf(shape)
  return height * width === 1 ? 0.5 : 1.2
}
