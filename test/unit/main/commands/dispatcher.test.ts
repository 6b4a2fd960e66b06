import { expect, test } from 'vitest'
import { Dispatcher, type DispatcherOptions } from '#main/commands/dispatcher.ts'

function dispatch(options: Partial<DispatcherOptions> = {}) {
  const told: [string, string][] = []
  const dispatcher = new Dispatcher({
    storeFolder: '/store',
    table: {},
    refusalOf: () => undefined,
    onError: (command, { code }) => told.push([command, code]),
    ...options,
  })
  return { dispatcher, told }
}

test('a command that needs a desktop says so where there is none', async () => {
  const { dispatcher, told } = dispatch()
  expect(await dispatcher.invoke('files.pick', { kind: 'network' })).toStrictEqual({
    ok: false,
    error: { code: 'invalid-argument', message: 'files.pick needs the desktop app.' },
  })
  expect(told).toStrictEqual([['files.pick', 'invalid-argument']])
})

test('an unknown command and a message that is too large are answered before anything reads them', async () => {
  const { dispatcher, told } = dispatch()
  for (const name of ['no.such', 'constructor', '__proto__', 'toString']) {
    expect(await dispatcher.invoke(name as 'queue.list', {})).toMatchObject({ error: { code: 'unknown-command' } })
  }
  const input = { ids: Array.from({ length: 1_000_000 }, () => ({})) } as never
  expect(await dispatcher.invoke('queue.pause', input)).toMatchObject({ error: { code: 'message-too-large' } })
  expect(told.at(-1)).toStrictEqual(['queue.pause', 'message-too-large'])
})

test('a command of the desktop is answered through the same table where there is one', async () => {
  const picked = { token: 't', fileName: 'a.pt' }
  const { dispatcher } = dispatch({ table: { 'files.pick': async () => picked } })
  expect(await dispatcher.invoke('files.pick', { kind: 'network' })).toStrictEqual({ ok: true, value: picked })
})

test('what is refused is refused whatever it is asked, and its handler hears nothing', async () => {
  let isCalled = false
  const { dispatcher, told } = dispatch({
    table: {
      'networks.list': async () => {
        isCalled = true
        return []
      },
    },
    refusalOf: (command) => ({ code: 'store-read-only', message: `${command} writes.` }),
  })
  expect(await dispatcher.invoke('networks.list', 'nonsense')).toStrictEqual({
    ok: false,
    error: { code: 'store-read-only', message: 'networks.list writes.' },
  })
  expect([isCalled, told]).toStrictEqual([false, [['networks.list', 'store-read-only']]])
})
