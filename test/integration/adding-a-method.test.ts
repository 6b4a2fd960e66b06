/**
 * docs/adding-a-method.md adds a method in code; here the studio is copied, changed as the page says, compiled, and made to
 * compress a network by the new method.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test, vi } from 'vitest'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

vi.setConfig({ testTimeout: 240_000 })

const root = process.cwd()
/** Between the lines that are there and those that take their place. */
const becomes = '// becomes\n'

/** Makes one code block of the page true in a copy of the studio. */
function apply(folder: string, block: string): void {
  const [, path, code] = /^\/\/ (\S+)\n(.*)$/s.exec(block) ?? []
  if (path === undefined || code === undefined) throw new Error(`a block names no file: ${block.slice(0, 60)}`)
  const file = join(folder, path)
  if (!code.includes(becomes)) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, code)
    return
  }
  const [before = '', after = ''] = code.split(becomes)
  const source = readFileSync(file, 'utf8')
  expect(source.split(before), `${path} has these lines once: ${before}`).toHaveLength(2)
  writeFileSync(
    file,
    source.replace(before, () => after),
  )
}

/** Compresses a filter of four weights, writes the package, reads it, and prints what the package gives. */
const use = `
import { compressKernels } from '#engine/methods/direct/compress-kernels.ts'
import { readBaselinePackage } from '#formats/baseline-package/reader.ts'
import { writeBaselinePackage } from '#formats/baseline-package/writer.ts'
import { baselinePresets } from '#shared/methods/direct/presets.ts'
import { baselineTitle } from '#shared/methods/direct/title.ts'
import { defaultPreprocessing } from '#shared/network/preprocessing.ts'
import { unwrap } from '#shared/basics/result.ts'
import { decompressed } from '#shared/tensors/compressed-tensor.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'

const preset = baselinePresets.find(({ id }) => id === 'baseline-signs')
if (preset === undefined) throw new Error('there is no such preset')
const { config } = preset
const kernels = { weight: float32Tensor([2, 1, 1, 2], Float32Array.of(1, -3, 0.5, 0.25)) }
const network = { architecture: 'resnet20-cifar-b', classes: 10, sha256: '0'.repeat(64), preprocessing: defaultPreprocessing }
const layers = compressKernels(kernels, config)
const written = writeBaselinePackage({ network, layers, kept: {}, config, accuracies: [] }, { allowsEntropy: true })
const read = unwrap(readBaselinePackage(written, 'package'))
console.log(JSON.stringify([baselineTitle(config), [...(decompressed(read.layers).weight?.data ?? [])]]))
`

test('a method that is added as docs/adding-a-method.md says compiles and compresses', () => {
  const folder = temporaryFolder()
  for (const name of ['package.json', 'tsconfig.base.json', 'tsconfig.pure.json']) {
    cpSync(join(root, name), join(folder, name))
  }
  cpSync(join(root, 'src'), join(folder, 'src'), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir')
  const page = readFileSync(join(root, 'docs', 'adding-a-method.md'), 'utf8')
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block = '']) => block)
  expect(blocks.length).toBeGreaterThan(5)
  for (const block of blocks) apply(folder, block)

  const run = (...args: readonly string[]): string => {
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    return stdout + stderr
  }
  expect(run(join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.pure.json', '--noEmit')).toBe('')
  writeFileSync(join(folder, 'use.ts'), use)
  const options = { root: folder, entries: { use: join(folder, 'use.ts') }, outDir: join(folder, 'out') }
  const bundler = pathToFileURL(join(root, 'scripts/lib/node-bundle.mjs')).href
  const script = `import { buildNodeBundle } from '${bundler}'; await buildNodeBundle(${JSON.stringify(options)})`
  run('--input-type=module', '-e', script)
  expect(run('out/use.js').trim()).toBe(JSON.stringify(['signs', [2, -2, 0.375, 0.375]]))
})
