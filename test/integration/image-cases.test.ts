/** Folders of images as people really have them (shared/cases), each with the right answer of its README. */
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { convertDataset, planDataset } from '#formats/dataset/dataset.ts'
import { describe, expect, it } from 'vitest'
import type { DatasetPlan } from '#shared/dataset/dataset-plan.ts'
import { unwrap } from '#shared/basics/result.ts'
import { answerOf, startCommand } from '#test/support/command-line.ts'
import { trainerPath } from '#test/support/programs.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import { itWithFiles, sharedPath } from '../unit/formats/support/shared-data.ts'

interface Case {
  readonly folder: string
  readonly classNames: readonly string[]
  /** Images for training and those of them that are cut off for validation; without splits, of none. */
  readonly trained: number
  /** Images for validation that came as such, beside images for testing. */
  readonly validation?: number
  readonly test: number
  /** Files that are left out. */
  readonly skipped?: number
}

const synsets = ['n01440764', 'n02102040', 'n02979186']
const cases: readonly Case[] = [
  { folder: 'imagenette', classNames: synsets, trained: 18, test: 9, skipped: 1 },
  // The order of wnids.txt; words.txt names one. Three test images without labels, three lists of boxes.
  {
    folder: 'tiny-imagenet-200',
    classNames: ['n02979186', 'n02102040', 'tench'],
    trained: 18,
    test: 9,
    skipped: 6,
  },
  { folder: 'train-valid-test', classNames: ['cat', 'dog'], trained: 24, validation: 8, test: 6 },
  { folder: 'train-valid', classNames: ['cat', 'dog'], trained: 24, test: 8 },
  {
    folder: 'Training-Testing',
    classNames: ['glioma', 'meningioma', 'notumor', 'pituitary'],
    trained: 24,
    test: 12,
  },
  { folder: 'dogs', classNames: ['n0-Chihuahua', 'n0-Maltese', 'n0-Pug'], trained: 0, test: 12 },
  { folder: 'parent', classNames: synsets, trained: 18, test: 9 },
  { folder: 'kaggle-cifar', classNames: ['deer', 'frog', 'truck'], trained: 0, test: 12 },
  { folder: 'hf-metadata', classNames: ['deer', 'frog', 'truck'], trained: 0, test: 6 },
  { folder: 'empty-class', classNames: ['a', 'b', 'c'], trained: 0, test: 6 },
]

/** The folder of a case; empty folders do not travel with everything, so the one that matters is made again. */
async function caseFolder(name: string): Promise<string> {
  const source = sharedPath(`cases/images/${name}`)
  if (name !== 'empty-class') return source
  const folder = join(temporaryFolder(), name)
  await cp(source, folder, { recursive: true })
  await mkdir(join(folder, 'b'), { recursive: true })
  return folder
}

describe('a folder of images as people have it', () => {
  for (const each of cases) {
    itWithFiles([sharedPath(`cases/images/${each.folder}`)])(each.folder, async () => {
      const folder = await caseFolder(each.folder)
      const plan = unwrap(await planDataset(folder, 'auto'))
      const options = { size: 32, split: 'auto', accept: false, onProgress: () => {} } as const
      const { header, skipped } = unwrap(await convertDataset(folder, join(temporaryFolder(), 'cache'), options))
      const { train, validation, test } = header.splits
      const counts = { train: train.count, validation: validation.count, test: test.count }
      // None of them is damaged or double: the plan is what comes out.
      expect(plan).toMatchObject({ classNames: header.classNames, counts, oddities: [] })
      expect({
        folder: each.folder,
        classNames: header.classNames,
        ...(each.validation === undefined
          ? { trained: counts.train + counts.validation }
          : { trained: counts.train, validation: counts.validation }),
        test: counts.test,
        skipped: skipped.count,
      }).toEqual({ skipped: 0, ...each })
    })
  }
})

describe('studio dataset import', () => {
  const run = (args: readonly string[], storeFolder = temporaryFolder()) =>
    startCommand(storeFolder, ['dataset', 'import', ...args], {}, trainerPath).ended

  itWithFiles([sharedPath('cases/images/train-valid-test')])(
    'gives classes and counts, and prints the plan',
    async () => {
      const folder = sharedPath('cases/images/train-valid-test')
      const { code, stdout, stderr } = await run([folder, '--size', '32', '--json'])
      expect([code, JSON.parse(stdout)]).toMatchObject([
        0,
        { classNames: ['cat', 'dog'], counts: { train: 24, validation: 8, test: 6 } },
      ])
      expect(stderr).toMatch(/classes +2: cat, dog\n.*splits +train 24, validation 8, test 6\n/)
    },
  )

  itWithFiles([sharedPath('cases/images/tiny-imagenet-200')])('stops at the plan with --dry-run', async () => {
    const { code, stdout } = await run([sharedPath('cases/images/tiny-imagenet-200'), '--dry-run', '--json'])
    const plan = JSON.parse(stdout) as DatasetPlan
    expect([code, plan.classNames, plan.counts.test, plan.oddities]).toEqual([0, cases[1]?.classNames, 9, []])
  })

  it('refuses what is odd unless it is accepted', async () => {
    const folder = join(temporaryFolder(), 'set')
    await cp(join(import.meta.dirname, '../fixtures/images/small.png'), join(folder, 'only/1.png'))
    const storeFolder = temporaryFolder()
    const importIt = (...args: string[]) => run([folder, '--size', '32', '--json', ...args], storeFolder)
    const dry = await importIt('--dry-run')
    expect([dry.code, JSON.parse(dry.stdout)]).toMatchObject([1, { oddities: [{ code: 'one-class' }] }])
    const refused = await importIt()
    expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([1, { error: { code: 'dataset-odd' } }])
    expect(await answerOf(storeFolder, ['dataset', 'list'])).toEqual([])
    const accepted = await importIt('--accept')
    expect([accepted.code, JSON.parse(accepted.stdout)]).toMatchObject([0, { classNames: ['only'] }])
  })

  it('takes an empty path for wrong use', async () => {
    const { code, stderr } = await run([''])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: .*takes a value, got an empty one/)])
  })
})
