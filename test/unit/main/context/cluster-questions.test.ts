import { expect, it } from 'vitest'
import { Emitter } from '#main/basics/emitter.ts'
import { ClusterQuestions } from '#main/context/cluster-questions.ts'
import type { StudioEvents } from '#shared/protocol/events.ts'

it('what ssh asks is answered once, or left when the connecting has ended', async () => {
  const events = new Emitter<StudioEvents>()
  const asked: string[] = []
  const again: boolean[] = []
  events.on('cluster-asked', ({ questionId, prompt, isAgain }) => {
    asked.push(questionId, prompt)
    again.push(isAgain)
  })
  const ended: string[] = []
  events.on('cluster-question-ended', ({ questionId }) => ended.push(questionId))
  const questions = new ClusterQuestions(events)
  const pin = questions.ask('uni', 'PIN:')
  const other = questions.ask('hpc', 'Password:')
  const [id = '', prompt] = asked
  expect(prompt).toBe('PIN:')
  questions.answer(id, '1234')
  questions.answer(id, 'too late')
  questions.endOf('hpc')
  expect([await pin, await other]).toEqual(['1234', undefined])
  expect(ended).toEqual([id, asked[2]])
  // ssh asks the same once more where an answer was wrong; another connection begins anew.
  void questions.ask('uni', 'PIN:')
  questions.endOf('uni')
  void questions.ask('uni', 'PIN:')
  expect(again).toEqual([false, false, true, false])
})
