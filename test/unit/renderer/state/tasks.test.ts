import { expect, test } from 'vitest'
import { fail, ok, toAppError, type Result } from '#shared/basics/result.ts'
import { LatestTask } from '#renderer/state/latest-task.svelte.ts'
import { WindowTasks } from '#renderer/state/tasks.svelte.ts'
import { LaterAnswer, refusal, ScriptedApi } from '#test/support/scripted-api.ts'

const cancelling = { 'tasks.cancel': async () => undefined }

test('a task is listed with its progress until its work settles', async () => {
  const api = new ScriptedApi()
  const tasks = new WindowTasks(api)
  const answer = new LaterAnswer<string>()
  let id = ''
  const work = tasks.run(
    'Importing',
    () => answer.promise,
    (taskId) => (id = taskId),
  )
  api.announce('task-progress', { taskId: id, title: 'Decoding', done: 3, total: 10 })
  expect(tasks.running).toEqual([{ taskId: id, title: 'Decoding', done: 3, total: 10 }])
  answer.give('done')
  expect([await work, tasks.running]).toEqual(['done', []])
  api.announce('task-progress', { taskId: id, title: 'Decoding', done: 4, total: 10 })
  expect(tasks.get(id)).toBeUndefined()
})

test('a task whose work throws is not listed any more', async () => {
  const tasks = new WindowTasks(new ScriptedApi())
  await expect(tasks.run('Importing', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(tasks.running).toEqual([])
})

test('asking again cancels the question before, whose answer is dropped', async () => {
  const api = new ScriptedApi(cancelling)
  const latest = new LatestTask<string>(new WindowTasks(api))
  const [first, second] = [new LaterAnswer<Result<string>>(), new LaterAnswer<Result<string>>()]
  const ids: string[] = []
  const start = (answer: LaterAnswer<Result<string>>) => (taskId: string) => {
    ids.push(taskId)
    return answer.promise
  }
  const asks = [latest.ask('First', start(first)), latest.ask('Second', start(second))]
  expect(api.inputsOf('tasks.cancel')).toEqual([{ taskId: ids[0] }])
  second.give(ok('new'))
  first.give(ok('old'))
  await Promise.all(asks)
  expect([latest.value, latest.current, latest.taskId]).toEqual(['new', 'new', undefined])
})

test('while it is asked again the last answer stays, but is not current; nor is it after a failure', async () => {
  const latest = new LatestTask<string>(new WindowTasks(new ScriptedApi(cancelling)))
  await latest.ask('First', async () => ok('answer'))
  const second = new LaterAnswer<Result<string>>()
  const asking = latest.ask('Second', () => second.promise)
  expect([latest.value, latest.current]).toEqual(['answer', undefined])
  second.give(fail(toAppError(refusal('not-found', 'Gone.'))))
  await asking
  expect([latest.value, latest.current, latest.error?.code]).toEqual(['answer', undefined, 'not-found'])
})

test('a question that is stopped leaves no error', async () => {
  const latest = new LatestTask<string>(new WindowTasks(new ScriptedApi(cancelling)))
  const answer = new LaterAnswer<Result<string>>()
  const asking = latest.ask('Looking', () => answer.promise)
  latest.stop()
  answer.give(fail(toAppError(refusal('cancelled', 'Cancelled.'))))
  await asking
  expect([latest.error, latest.taskId, latest.value]).toEqual([undefined, undefined, undefined])
})
