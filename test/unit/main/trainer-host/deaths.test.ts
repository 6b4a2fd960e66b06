import { expect, it } from 'vitest'
import { Deaths, type Death } from '#main/trainer-host/deaths.ts'

const delaysMs = [1_000, 4_000, 16_000]

function death(changes: Partial<Death> = {}): Death {
  const place = { step: 12, phase: 'reconstruction', isInSteps: true }
  return { reason: 'killed by SIGKILL', isOutOfMemory: false, kept: 0, ...place, ...changes }
}

/** What happens at each death in turn. */
function verdicts(...died: readonly Partial<Death>[]): readonly string[] {
  const deaths = new Deaths(delaysMs)
  return died.map((changes) => {
    const verdict = deaths.add(death(changes))
    return verdict.kind === 'restart' ? `again in ${verdict.delayMs}` : verdict.error.message
  })
}

it('forgives what came before progress, however often', () => {
  const days = Array.from({ length: 20 }, (_, day) => ({ step: 1000 * day, kept: 3 }))
  expect(new Set(verdicts(...days))).toEqual(new Set(['again in 1000']))
})

it('waits longer without progress, and gives up at the fourth death', () => {
  expect(verdicts({ step: 3 }, { step: 2 }, { step: 1 }, { step: 4 })).toEqual([
    'again in 1000',
    'again in 4000',
    'again in 16000',
    'The trainer process ended unexpectedly: killed by SIGKILL; it died 4 times.',
  ])
})

it('gives up at once where a step ends it twice, also after progress long before', () => {
  expect(verdicts({ step: 5, kept: 1 }, { step: 90, kept: 2 }, { step: 90 })).toEqual([
    'again in 1000',
    'again in 1000',
    'The trainer process ended unexpectedly: killed by SIGKILL; it died twice at step 90.',
  ])
})

it('counts deaths in a phase without steps by that phase, and says so', () => {
  const permutation = { step: 0, phase: 'permutation', isInSteps: false }
  expect(verdicts(permutation, permutation, permutation, permutation)).toEqual([
    'again in 1000',
    'again in 4000',
    'again in 16000',
    'The trainer process ended unexpectedly: killed by SIGKILL; it died 4 times in the phase "permutation".',
  ])
  const error = new Deaths([]).add(death(permutation))
  expect(error).toMatchObject({ kind: 'give-up', error: { code: 'trainer-gone', where: 'permutation' } })
})

it('does not take a death at a step for one in a phase with the same number', () => {
  expect(verdicts({ step: 60, isInSteps: false, phase: 'evaluation' }, { step: 60 })).toEqual([
    'again in 1000',
    'again in 4000',
  ])
})

it('tells want of memory as that, with what to change', () => {
  const deaths = new Deaths([1_000])
  const isOutOfMemory = true
  expect(deaths.add(death({ isOutOfMemory }))).toEqual({
    kind: 'restart',
    delayMs: 1_000,
    text: 'The trainer ran out of memory at step 12 (killed by SIGKILL); restart 1 of 1 in 1 s.',
  })
  expect(deaths.add(death({ isOutOfMemory, step: 13 }))).toMatchObject({
    error: {
      code: 'out-of-memory',
      message: 'The trainer process ran out of memory: killed by SIGKILL; it died 2 times.',
      where: 'step 13',
      remedy: expect.stringMatching(/places in Settings.*smaller batch/) as string,
    },
  })
})
