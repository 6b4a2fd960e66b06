import { expect, it } from 'vitest'
import { classCount, firstClasses, leftOutTitle, splitRows } from '#renderer/features/imports/plan-text.ts'
import type { DatasetPlan } from '#shared/dataset/dataset-plan.ts'

const plan: DatasetPlan = {
  datasetKind: 'image-folder',
  layout: 'a folder a class',
  classNames: Array.from({ length: 14 }, (_, i) => `class ${i}`),
  counts: { train: 1200, validation: 0, test: 40 },
  classCounts: Array.from({ length: 14 }, (_, i) => 1000 * i),
  notes: [],
  oddities: [],
  skipped: { count: 3, files: [{ file: 'a', reason: 'unsupported', detail: 'b' }] },
}

it('names the first classes with their images and counts the others', () => {
  expect(firstClasses(plan)).toMatch(/^class 0 \(0\), class 1 \(1,000\), .*class 11 \(11,000\) and 2 more$/)
  expect([classCount(plan), classCount({ ...plan, classNames: ['a'] })]).toEqual(['14 classes', '1 class'])
})

it('gives each split its images', () => {
  expect(splitRows(plan).map(({ name, images }) => `${name} ${images}`)).toEqual([
    'Training 1,200',
    'Validation 0',
    'Test 40',
  ])
})

it('says when only some of what is left out is named', () => {
  expect(leftOutTitle(plan)).toBe('3 files left out, the first 1 named here')
  expect(leftOutTitle({ ...plan, skipped: { ...plan.skipped, count: 1 } })).toBe('1 file left out')
})
