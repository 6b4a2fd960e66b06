import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { keptFormsAtMost, type FormStart, type KeptForm } from '#shared/protocol/window-memory.ts'
import { Memory } from '#renderer/state/memory.svelte.ts'
import { Toasts } from '#renderer/state/toasts.svelte.ts'
import { ScriptedApi, refusal } from '#test/support/scripted-api.ts'

function form(start: FormStart, name: string): KeptForm {
  return { start, name, kind: 'compress', presetIds: {}, typed: {} }
}

function openMemory(answers: ConstructorParameters<typeof ScriptedApi>[0] = {}) {
  const api = new ScriptedApi({
    'window.memory': async () => ({ forms: [form({ fromId: 'exp-1' }, 'copy')] }),
    'window.remember': async () => undefined,
    ...answers,
  })
  const toasts = new Toasts()
  return { api, toasts, memory: new Memory(api, toasts) }
}

describe('what a window remembers', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  test('is known once the store has answered', async () => {
    const { memory } = openMemory()
    expect([memory.isLoaded, memory.form({ fromId: 'exp-1' })]).toEqual([false, undefined])
    await memory.load()
    expect([memory.isLoaded, memory.form({ fromId: 'exp-1' })?.name]).toEqual([true, 'copy'])
    expect(memory.form({})).toBeUndefined()
  })

  test('is written once typing rests, and at once when the window closes', async () => {
    const { memory, api } = openMemory()
    memory.keepForm(form({}, 'a'))
    memory.keepForm(form({}, 'ab'))
    expect(memory.form({})?.name).toBe('ab')
    expect(api.asked).toEqual([])
    await vi.advanceTimersByTimeAsync(500)
    expect(api.inputsOf('window.remember')).toEqual([{ forms: [form({}, 'ab')] }])
    memory.forgetForm({})
    memory.flush()
    memory.flush()
    expect(api.inputsOf('window.remember')).toHaveLength(2)
  })

  test('is the last few forms', async () => {
    const { memory } = openMemory()
    for (let index = 0; index <= keptFormsAtMost; index++) memory.keepForm(form({ fromId: `exp-${index}` }, 'copy'))
    expect([memory.form({ fromId: 'exp-0' }), memory.form({ fromId: 'exp-1' })?.name]).toEqual([undefined, 'copy'])
  })

  test('can be unreadable: the window says so and goes on without', async () => {
    const { memory, toasts } = openMemory({
      'window.memory': async () => {
        throw refusal('record-unreadable', 'The setting window.memory cannot be read.')
      },
    })
    await memory.load()
    expect([memory.isLoaded, toasts.items.length]).toEqual([true, 1])
  })
})
