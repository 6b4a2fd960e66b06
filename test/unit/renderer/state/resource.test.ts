import { expect, test } from 'vitest'
import { AppException, fail, ok, toAppError, type Result } from '#shared/basics/result.ts'
import { Resource } from '#renderer/state/resource.svelte.ts'
import { LaterAnswer } from '#test/support/scripted-api.ts'

const failure = fail(toAppError(new AppException({ code: 'not-found', message: 'Gone.' })))

test('a failure leaves the value that was there, and the next value takes the failure away', async () => {
  const answers: Result<string>[] = [ok('first'), failure, ok('second')]
  const resource = new Resource(async () => answers.shift() ?? failure)
  await resource.load()
  await resource.load()
  expect([resource.value, resource.error?.code]).toEqual(['first', 'not-found'])
  await resource.load()
  expect([resource.value, resource.error]).toEqual(['second', undefined])
})

test('the answer to an overtaken question is dropped', async () => {
  const questions = [new LaterAnswer<Result<string>>(), new LaterAnswer<Result<string>>()] as const
  let asked = 0
  const resource = new Resource(() => (asked++ === 0 ? questions[0] : questions[1]).promise)
  const loads = [resource.load(), resource.load()]
  questions[1].give(ok('new'))
  await loads[1]
  expect([resource.value, resource.isLoading]).toEqual(['new', false])
  questions[0].give(ok('old'))
  await loads[0]
  expect(resource.value).toBe('new')
})
