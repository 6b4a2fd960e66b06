import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NotesEditor } from '#renderer/features/run/notes-editor.svelte.ts'
import { knownTags, sharedTags } from '#renderer/features/experiments/shared-tags.ts'
import { bulkActions } from '#renderer/features/experiments/bulk-actions.ts'
import { summaryOf } from '#shared/experiment/experiment-summary.ts'
import { completedRun, experimentRecord } from '#test/support/experiment-records.ts'
import { LaterAnswer } from '#test/support/scripted-api.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('notes are saved once typing pauses, and at once when they are left', async () => {
  const saved: string[] = []
  const editor = new NotesEditor('', async (notes) => saved.push(notes) > 0)
  editor.type('a')
  await vi.advanceTimersByTimeAsync(600)
  editor.type('ab')
  await vi.advanceTimersByTimeAsync(699)
  expect([saved, editor.state]).toEqual([[], 'changed'])
  await vi.advanceTimersByTimeAsync(1)
  editor.type('abc')
  await editor.flush()
  expect([saved, editor.state]).toEqual([['ab', 'abc'], 'saved'])
})

test('what is typed while notes are being saved is saved after them', async () => {
  const first = new LaterAnswer<boolean>()
  const saved: string[] = []
  const editor = new NotesEditor('', (notes) => (saved.push(notes) === 1 ? first.promise : Promise.resolve(true)))
  editor.type('a')
  const flushed = editor.flush()
  editor.type('ab')
  expect(editor.state).toBe('changed')
  first.give(true)
  await flushed
  expect([saved, editor.state]).toEqual([['a', 'ab'], 'saved'])
})

test('a failure is shown, keeps what was typed, and can be tried again', async () => {
  const answers = [false, true]
  const editor = new NotesEditor('old', async () => answers.shift() ?? false)
  editor.type('new')
  await editor.flush()
  expect([editor.state, editor.text]).toEqual(['failed', 'new'])
  await editor.flush()
  expect(editor.state).toBe('saved')
})

test('notes from elsewhere arrive unless somebody is typing', () => {
  const editor = new NotesEditor('old', async () => true)
  editor.receive('newer')
  expect(editor.text).toBe('newer')
  editor.type('mine')
  editor.receive('newest')
  expect(editor.text).toBe('mine')
})

test('tags are shared by all or known to some', () => {
  const experiments = [{ tags: ['best', 'b'] }, { tags: ['c', 'best'] }]
  expect(sharedTags(experiments)).toEqual(['best'])
  expect(sharedTags([])).toEqual([])
  expect(knownTags(experiments)).toEqual(['best', 'b', 'c'])
})

test('an action on several takes those that allow it, and asks when work is lost', () => {
  const experiments = [
    summaryOf(experimentRecord({ id: 'draft' })),
    summaryOf(experimentRecord({ id: 'failed', status: 'failed' })),
    summaryOf(experimentRecord({ id: 'running', status: 'running', latestRun: completedRun({ correct: 1 }) })),
  ]
  expect(bulkActions(experiments).map(({ name, ids, isLosingWork }) => [name, ids, isLosingWork])).toEqual(
    expect.arrayContaining([
      ['enqueue', ['draft'], false],
      ['retry', ['failed'], false],
      ['cancel', ['draft', 'running'], true],
    ]),
  )
})
