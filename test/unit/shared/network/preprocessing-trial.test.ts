import { describe, expect, it } from 'vitest'
import { judgeTrial, preprocessingsToTry, trialSentence } from '#shared/network/preprocessing-trial.ts'
import { preprocessingPresetIds, preprocessingPresets } from '#shared/network/preprocessing.ts'

const { imagenet, cifar10 } = preprocessingPresets

describe('preprocessings to try', () => {
  it('are all the usual ones after the own, at its size, each once', () => {
    const own = { ...cifar10.preprocessing, resize: 40 }
    const tried = preprocessingsToTry(own)
    expect(tried[0]).toEqual(own)
    expect(tried).toHaveLength(preprocessingPresetIds.length)
    expect(tried.every(({ resize }) => resize === 40)).toBe(true)
  })

  it('of a network with a preprocessing of its own are one more', () => {
    const own = { mean: [0.1, 0.2, 0.3], standardDeviation: [1, 1, 1], resize: 0 }
    expect(preprocessingsToTry(own)).toHaveLength(preprocessingPresetIds.length + 1)
  })

  it('of grey images are those that treat all colours alike', () => {
    const own = { mean: [0.1307], standardDeviation: [0.3081], resize: 0 }
    expect(preprocessingsToTry(own).slice(1)).toEqual([
      { mean: [0], standardDeviation: [1], resize: 0 },
      { mean: [0.5], standardDeviation: [0.5], resize: 0 },
    ])
  })
})

describe('the verdict', () => {
  const of = (own: number, other: number, total = 1000, chance = 0.1) =>
    judgeTrial(total, chance, [
      { preprocessing: imagenet.preprocessing, isCurrent: true, correct: own },
      { preprocessing: cifar10.preprocessing, isCurrent: false, correct: other },
    ])

  it.each([
    { own: 917, other: 610, verdict: 'fits' },
    // Within what 1,000 images can tell apart.
    { own: 910, other: 917, verdict: 'fits' },
    { own: 610, other: 917, verdict: 'other-fits' },
    { own: 100, other: 128, verdict: 'at-chance' },
    { own: 100, other: 160, verdict: 'other-fits' },
  ])('of $own and $other right of 1,000 is $verdict', ({ own, other, verdict }) => {
    expect(of(own, other).verdict).toBe(verdict)
  })

  it('counts naming the most frequent class as chance', () => {
    expect(of(870, 900, 1000, 0.9).verdict).toBe('at-chance')
  })

  it('shows the best first, of equals the own', () => {
    expect(of(610, 917).tried.map(({ correct }) => correct)).toEqual([917, 610])
    expect(of(700, 700).tried[0]?.isCurrent).toBe(true)
  })

  it('says of a network at chance what may be wrong', () => {
    expect(trialSentence(of(90, 100))).toMatch(/at chance under all of them: 10\.00 % right at best.*another order/)
  })
})
