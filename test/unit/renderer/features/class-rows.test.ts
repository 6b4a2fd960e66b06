import { describe, expect, it } from 'vitest'
import { classRows, shownSplits } from '#renderer/features/datasets/class-rows.ts'

const classNames = Array.from({ length: 1000 }, (_, i) => `class ${i}`)
const counts = { train: 0, validation: 0, test: 2 }
const test = classNames.map((_, i) => (i === 700 || i === 900 ? 1 : 0))
const none = classNames.map(() => 0)
const classCounts = { train: none, validation: none, test }

describe('classRows', () => {
  it('shows classes with images first, a bar for each split that has any, and not all of 1,000', () => {
    const { rows, found } = classRows({ classNames, counts }, classCounts, '')
    expect([rows.length, found, rows.slice(0, 3)]).toEqual([
      60,
      1000,
      [
        { name: 'class 700', values: [{ value: 1, text: '1', token: '--series-3' }] },
        { name: 'class 900', values: [{ value: 1, text: '1', token: '--series-3' }] },
        { name: 'class 0', values: [{ value: 0, text: '0', token: '--series-3' }] },
      ],
    ])
  })

  it('finds classes by a part of their name', () => {
    const { rows, found } = classRows({ classNames, counts }, classCounts, ' CLASS 99 ')
    // 99 itself and 990 to 999.
    expect([found, rows.length, rows[0]?.name, rows[10]?.name]).toEqual([11, 11, 'class 99', 'class 999'])
  })

  it('leaves out splits without images', () => {
    expect(shownSplits({ counts })).toEqual(['test'])
  })
})
