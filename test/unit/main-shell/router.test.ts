import { expect, test } from 'vitest'
import { commandNames, type CommandHandlers } from '#shared/protocol/contract.ts'
import { AppException, type AppError } from '#shared/basics/result.ts'
import { Dispatcher } from '#main/commands/dispatcher.ts'
import { registerCommands } from '#main/ipc/router.ts'

type Handler = (event: unknown, input: unknown) => Promise<unknown>

/** A router on a recorded `ipcMain`; handlers that are not given are not there. */
function route(handlers: Partial<CommandHandlers>, isTrusted = true) {
  const channels = new Map<string, Handler>()
  const errors: [string, AppError][] = []
  const dispatcher = new Dispatcher({
    storeFolder: '/store',
    table: handlers,
    refusalOf: () => undefined,
    onError: (command, error) => errors.push([command, error]),
  })
  const unregister = registerCommands(
    {
      handle: (channel: string, handler: never) => channels.set(channel, handler),
      removeHandler: (channel: string) => channels.delete(channel),
    } as never,
    {
      invoke: (command, input) => dispatcher.invoke(command, input),
      isTrusted: () => isTrusted,
      onRefused: (command, error) => errors.push([command, error]),
    },
  )
  return { channels, errors, unregister, invoke: (name: string, input: unknown) => channels.get(name)?.({}, input) }
}

test('there is one channel a command, and none after unregistering', () => {
  const { channels, unregister } = route({})
  expect([...channels.keys()]).toStrictEqual(commandNames.map((name) => `command:${name}`))
  unregister()
  expect(channels.size).toBe(0)
})

test('a valid call gets the value of its handler, given the parsed input', async () => {
  const seen: unknown[] = []
  const { invoke } = route({
    'networks.remove': async (input) => {
      seen.push(input)
      return undefined
    },
  })
  expect([await invoke('command:networks.remove', { id: 'a' }), seen]).toStrictEqual([
    { ok: true, value: undefined },
    [{ id: 'a' }],
  ])
})

test('names are trimmed by their schema before the handler sees them', async () => {
  const { invoke } = route({ 'networks.rename': async ({ name }) => ({ name }) as never })
  expect(await invoke('command:networks.rename', { id: 'a', name: '  b ' })).toStrictEqual({
    ok: true,
    value: { name: 'b' },
  })
})

test('a call from elsewhere is refused before its input is looked at', async () => {
  let isCalled = false
  const { invoke, errors } = route(
    {
      'networks.list': async () => {
        isCalled = true
        return []
      },
    },
    false,
  )
  const error = { code: 'unauthorized', message: 'This page may not give the studio commands.' }
  expect([await invoke('command:networks.list', 'nonsense'), isCalled, errors]).toStrictEqual([
    { ok: false, error },
    false,
    [['networks.list', error]],
  ])
})

test.each<[string, string, unknown, string]>([
  ['a wrong type', 'networks.remove', { id: 1 }, 'id'],
  ['nothing at all', 'networks.remove', undefined, 'input'],
  ['a key nobody asked for', 'networks.list', { path: '/etc/passwd' }, 'input'],
  ['a number out of range', 'datasets.samples', { id: 'a', split: 'test', offset: 0, count: 1e9 }, 'count'],
  ['too many', 'experiments.compare', { ids: Array(21).fill('a'), split: 'test' }, 'ids'],
])('%s gives invalid-argument and says where', async (_what, command, input, where) => {
  const { invoke } = route({})
  expect(await invoke(`command:${command}`, input)).toMatchObject({
    ok: false,
    error: { code: 'invalid-argument', where, remedy: 'Correct the value and try again.' },
  })
})

test('what a handler throws becomes the answer and is told once', async () => {
  const { invoke, errors } = route({
    'networks.get': async () => {
      throw new AppException({ code: 'not-found', message: 'There is no network a.', remedy: 'Look at the list.' })
    },
  })
  const error = { code: 'not-found', message: 'There is no network a.', remedy: 'Look at the list.' }
  expect([await invoke('command:networks.get', { id: 'a' }), errors]).toStrictEqual([
    { ok: false, error },
    [['networks.get', error]],
  ])
})

test('a handler that breaks gives internal, never a rejection', async () => {
  const { invoke } = route({
    'networks.list': () => {
      throw new TypeError('x is not a function')
    },
  })
  expect(await invoke('command:networks.list', {})).toMatchObject({
    ok: false,
    error: { code: 'internal', message: 'x is not a function' },
  })
})
