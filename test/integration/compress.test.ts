/** `studio compress` with the product's own trainer: the sample network, several at once, and what may go wrong. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { answerOf, startCommand, type Ended } from '#test/support/command-line.ts'
import { trainerPath } from '#test/support/programs.ts'
import { fillStore } from '#test/support/real-trainer.ts'
import { writeNetworkFile } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

/** Several processes one after another, on a machine that may be busy. */
vi.setConfig({ testTimeout: 180_000 })

interface Answer {
  readonly file: string
  readonly sizeBytes: number
  readonly sizes: { readonly totalBytes: number; readonly originalBytes: number; readonly compressionRatio: number }
  readonly relativeError: number
  readonly accuracies: readonly { readonly split: string; readonly original: { readonly total: number } }[]
}

/** There is no store at all: nothing may look for one. */
const noStore = '/nowhere/store'
const oneThread = ['--threads', '1']

function compress(args: readonly string[], store = noStore): Promise<Answer> {
  // Its fields are what the tests look at.
  return answerOf(store, ['compress', ...args, ...oneThread], {}, trainerPath) as Promise<Answer>
}

function tryToCompress(args: readonly string[], store = noStore): Promise<Ended> {
  return startCommand(store, ['compress', ...args, ...oneThread, '--json'], {}, trainerPath).ended
}

function errorIn({ stdout }: Ended): unknown {
  // The command line's own JSON.
  return (JSON.parse(stdout) as { readonly error?: unknown }).error
}

describe('a compressed file', () => {
  it.each([
    ['of a ratio', ['--ratio', '15'], 73_077],
    ['of a number of bytes', ['--bytes', '60000'], 60_000],
  ])('%s lands within 1 % of it, and is what the answer says', async (_what, size, bytes) => {
    const out = join(temporaryFolder(), 'small.spectral.safetensors')
    const answer = await compress(['sample', ...size, '--out', out])
    expect(statSync(out).size).toBe(answer.sizeBytes)
    expect(answer.sizes).toMatchObject({ totalBytes: answer.sizeBytes, originalBytes: 1_096_168 })
    expect(Math.abs(answer.sizeBytes / bytes - 1)).toBeLessThan(0.01)
  })

  it('is decoded by studio reconstruct into the network it came of, with the error that was told', async () => {
    const folder = temporaryFolder()
    const out = join(folder, 'small.spectral.safetensors')
    await compress(['sample', '--step', '0.025', '--out', out])
    const weights = join(folder, 'weights.safetensors')
    await answerOf(noStore, ['reconstruct', out, '--out', weights], {}, trainerPath)
    expect(await answerOf(noStore, ['inspect', weights], {}, trainerPath)).toMatchObject({
      architecture: 'resnet20-cifar-b',
    })
  })

  it('is the same to the last byte when it is made again, and replaced only when asked to', async () => {
    const out = join(temporaryFolder(), 'small.spectral.safetensors')
    await compress(['sample', '--out', out])
    const first = readFileSync(out)
    const refused = await tryToCompress(['sample', '--out', out])
    expect([refused.code, errorIn(refused)]).toMatchObject([1, { code: 'already-exists', where: out }])
    await compress(['sample', '--out', out, '--force'])
    expect(readFileSync(out).equals(first)).toBe(true)
  })

  it('is measured on all test images of a data set of the store, or on the first of them', async () => {
    const storeFolder = temporaryFolder()
    await fillStore(storeFolder)
    const out = join(temporaryFolder(), 'small.spectral.safetensors')
    const all = await compress(['sample', '--out', out, '--dataset', 'images'], storeFolder)
    const some = await compress(
      ['sample', '--out', out, '--force', '--dataset', 'images', '--images', '5'],
      storeFolder,
    )
    expect(
      [all, some].map(({ accuracies }) => accuracies.map(({ split, original }) => [split, original.total])),
    ).toEqual([[['test', 32]], [['test', 5]]])
  })
})

describe('several networks', () => {
  it('give a table and a file each, and one that is none fails alone', async () => {
    const folder = temporaryFolder()
    writeNetworkFile(folder, 1)
    writeNetworkFile(folder, 2)
    writeFileSync(join(folder, 'letter.pth'), 'Dear reader')
    const out = join(folder, 'small')
    const ended = await startCommand(noStore, ['compress', folder, '--out', out, ...oneThread], {}, trainerPath).ended
    expect(ended.code).toBe(1)
    expect(ended.stdout).toMatch(/^letter\.pth +file-unsupported$/m)
    expect(ended.stdout).toMatch(/^network-1\.safetensors +[\d,]+ bytes +[\d,]+ bytes +\d+\.\d\d×/m)
    expect(ended.stderr).toMatch(/letter\.pth: .*\n {2}where: .*letter\.pth.*\n {2}remedy: /)
    expect(readdirSync(out).sort()).toEqual(['network-1.spectral.safetensors', 'network-2.spectral.safetensors'])
  })
})

describe('what cannot be done', () => {
  const letter = (folder: string) => {
    const path = join(folder, 'letter.pth')
    writeFileSync(path, 'Dear reader,\n'.repeat(50))
    return path
  }

  it.each([
    [
      'a file that is no network',
      (folder: string) => [letter(folder), '--out', join(folder, 'a.spectral.safetensors')],
      'file-unsupported',
    ],
    [
      'a file that is not there',
      (folder: string) => [join(folder, 'none.pth'), '--out', join(folder, 'a.spectral.safetensors')],
      'not-found',
    ],
    [
      'an output folder that is not there',
      (folder: string) => ['sample', '--out', join(folder, 'none', 'a.spectral.safetensors')],
      'file-unreadable',
    ],
    [
      'a ratio out of reach',
      (folder: string) => ['sample', '--ratio', '900', '--out', join(folder, 'a.spectral.safetensors')],
      'invalid-config',
    ],
    [
      'a size below the header',
      (folder: string) => ['sample', '--bytes', '100', '--out', join(folder, 'a.spectral.safetensors')],
      'invalid-config',
    ],
    [
      'a layer that there is not',
      (folder: string) => [
        'sample',
        '--layers',
        'nothing.weight exact',
        '--out',
        join(folder, 'a.spectral.safetensors'),
      ],
      'invalid-config',
    ],
  ])('says where, why and what to do, and leaves no file: %s', async (_what, args, code) => {
    const folder = temporaryFolder()
    const ended = await tryToCompress(args(folder))
    expect([ended.code, errorIn(ended)]).toMatchObject([
      1,
      { code, message: expect.stringMatching(/./), remedy: expect.stringMatching(/./) },
    ])
    expect(readdirSync(folder).filter((name) => name !== 'letter.pth')).toEqual([])
  })

  it.each([
    [
      'two sizes',
      ['sample', '--ratio', '15', '--bytes', '9000', '--out', 'a.spectral.safetensors'],
      '--ratio and --bytes',
    ],
    ['a ratio below 1', ['sample', '--ratio', '0.5', '--out', 'a.spectral.safetensors'], '--ratio'],
    [
      'images without a data set',
      ['sample', '--images', '5', '--out', 'a.spectral.safetensors'],
      '--images goes with --dataset',
    ],
    ['no output', ['sample'], '--out'],
  ])('is wrong use: %s', async (_what, args, said) => {
    const ended = await tryToCompress(args)
    expect([ended.code, errorIn(ended)]).toMatchObject([2, { message: expect.stringContaining(said) }])
  })

  it('is a data set of other classes, before anything is kept', async () => {
    const storeFolder = temporaryFolder()
    await fillStore(storeFolder, 7)
    const folder = temporaryFolder()
    const ended = await tryToCompress(['sample', '--out', folder, '--dataset', 'images'], storeFolder)
    expect([ended.code, errorIn(ended)]).toMatchObject([1, { code: 'dataset-mismatch' }])
    expect(readdirSync(folder)).toEqual([])
  })

  it('is a compressed file once more', async () => {
    const folder = temporaryFolder()
    const out = join(folder, 'small.spectral.safetensors')
    await compress(['sample', '--out', out])
    mkdirSync(join(folder, 'again'))
    const ended = await tryToCompress([out, '--out', join(folder, 'again')])
    expect([ended.code, errorIn(ended)]).toMatchObject([1, { code: 'file-unsupported' }])
    expect(
      readdirSync(folder)
        .map((name) => basename(name))
        .sort(),
    ).toEqual(['again', 'small.spectral.safetensors'])
  })
})
