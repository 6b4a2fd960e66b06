import { expect, test } from 'vitest'
import { commandNames, type StudioApi } from '#shared/protocol/contract.ts'
import { eventNames } from '#shared/protocol/events.ts'
import { createStudioApi } from '#preload/api.ts'

function createApi(answer: (channel: string, input: unknown) => unknown = () => ({ ok: true, value: 1 })) {
  const calls: unknown[] = []
  const reported: unknown[] = []
  let emit: (message: unknown) => void = () => {}
  const api = createStudioApi({
    invoke: async (channel, input) => {
      calls.push([channel, input])
      return answer(channel, input)
    },
    send: (channel) => calls.push([channel]),
    listen: (_channel, listener) => (emit = listener),
    pathOf: (file) => {
      if (typeof file !== 'string') throw new TypeError('not a File')
      return file
    },
    reportError: (error) => reported.push(error),
  })
  // Called as the page does: with whatever it likes.
  const invoke = api.invoke as (command: unknown, input: unknown) => Promise<unknown>
  return { api, invoke, calls, reported, emit: (message: unknown) => emit(message) }
}

test('the page gets exactly three functions', () => {
  expect(Object.keys(createApi().api)).toStrictEqual(['invoke', 'on', 'tokenForFile'] satisfies (keyof StudioApi)[])
})

test('a command goes out on its own channel and its answer comes back as it is', async () => {
  const { invoke, calls } = createApi()
  expect([await invoke('networks.list', {}), calls]).toStrictEqual([
    { ok: true, value: 1 },
    [['command:networks.list', {}]],
  ])
})

test('every command of the contract has a name that reaches its channel', async () => {
  const { invoke, calls } = createApi()
  for (const name of commandNames) await invoke(name, {})
  expect(calls).toStrictEqual(commandNames.map((name) => [`command:${name}`, {}]))
})

test.each([
  'file:token-for-path',
  '../x',
  'networks',
  'networks.list\n',
  '',
  3,
  null,
  { toString: () => 'networks.list' },
])('%j is not the name of a command and reaches no channel', async (name) => {
  const { invoke, calls } = createApi()
  expect([await invoke(name, {}), calls]).toStrictEqual([
    { ok: false, error: { code: 'invalid-argument', message: 'This is not the name of a command.' } },
    [],
  ])
})

test('a command that main does not know is told as that', async () => {
  const { invoke } = createApi(() => {
    throw new Error(
      "Error invoking remote method 'command:no.such': Error: No handler registered for 'command:no.such'",
    )
  })
  expect(await invoke('no.such', {})).toMatchObject({ ok: false, error: { code: 'unknown-command' } })
})

test('what no message can carry is told as that', async () => {
  const { invoke } = createApi(() => {
    throw new Error('An object could not be cloned.')
  })
  expect(await invoke('queue.list', () => {})).toMatchObject({ ok: false, error: { code: 'invalid-argument' } })
})

test('a message that is too large is answered here and reaches no channel', async () => {
  const { invoke, calls } = createApi()
  const ids = Array.from({ length: 1_000_000 }, () => 'e')
  expect(await invoke('queue.pause', { ids })).toMatchObject({ ok: false, error: { code: 'message-too-large' } })
  expect(calls).toStrictEqual([])
})

test('a call that fails is an answer, not a rejection', async () => {
  const { invoke } = createApi(() => {
    throw new Error('main is busy ending')
  })
  expect(await invoke('no.such', {})).toMatchObject({
    ok: false,
    error: { code: 'internal', message: 'main is busy ending' },
  })
})

test('main is told once that the page listens, after everything subscribed in the same turn', async () => {
  const { api, calls } = createApi()
  api.on('queue-changed', () => {})
  api.on('settings-changed', () => {})
  expect(calls).toStrictEqual([])
  await Promise.resolve()
  api.on('run-log', () => {})
  await Promise.resolve()
  expect(calls).toStrictEqual([['events:listening']])
})

test('a batch reaches the listeners of each event in order, until they unsubscribe', () => {
  const { api, emit } = createApi()
  const seen: unknown[] = []
  const stop = api.on('experiments-removed', ({ ids }) => seen.push(ids))
  api.on('place-requested', (place) => seen.push(place))
  emit([
    { event: 'experiments-removed', payload: { ids: ['a'] } },
    { event: 'run-log', payload: {} },
    { event: 'place-requested', payload: { name: 'queue' } },
  ])
  stop()
  emit([{ event: 'experiments-removed', payload: { ids: ['b'] } }])
  expect(seen).toStrictEqual([['a'], { name: 'queue' }])
})

test('a listener that throws is reported and keeps nothing from the others', () => {
  const { api, emit, reported } = createApi()
  const seen: string[] = []
  api.on('place-requested', () => {
    throw new Error('broken')
  })
  api.on('place-requested', ({ name }) => seen.push(name))
  emit([{ event: 'place-requested', payload: { name: 'home' } }])
  expect([seen, reported]).toStrictEqual([['home'], [new Error('broken')]])
})

test.each(['nonsense', '__proto__', 'constructor'])('there is no event named %s', (name) => {
  const { api } = createApi()
  expect(() => api.on(name as never, () => {})).toThrow('There is no event named')
})

test('every event of the contract can be listened to', () => {
  const { api } = createApi()
  for (const event of eventNames) expect(() => api.on(event, () => {})).not.toThrow()
})

test('a dropped file becomes a token by its path, which the page never sees', async () => {
  const { api, calls } = createApi(() => ({ ok: true, value: { token: 't', fileName: 'a.pth' } }))
  expect([await api.tokenForFile('/data/a.pth'), calls]).toStrictEqual([
    { ok: true, value: { token: 't', fileName: 'a.pth' } },
    [['file:token-for-path', '/data/a.pth']],
  ])
})

test.each([3, null, ''])('%j is not a dropped file', async (file) => {
  const { api, calls } = createApi()
  expect([await api.tokenForFile(file), calls]).toMatchObject([{ ok: false, error: { code: 'invalid-argument' } }, []])
})
