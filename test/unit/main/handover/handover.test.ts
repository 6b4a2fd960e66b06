import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { Emitter } from '#main/basics/emitter.ts'
import { longestSocketPath, readAddress, socketPlaces } from '#main/handover/address.ts'
import { HandoverClient } from '#main/handover/client.ts'
import { helloLimitBytes } from '#main/handover/protocol.ts'
import { HandoverServer, type HandoverServerOptions } from '#main/handover/server.ts'
import { storeLayout, type StoreLayout } from '#main/store/layout.ts'
import { fail, ok } from '#shared/basics/result.ts'
import type { StudioEvents, TaskProgress } from '#shared/protocol/events.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

interface Open {
  readonly layout: StoreLayout
  readonly server: HandoverServer
  readonly events: Emitter<StudioEvents>
  /** Command and input of what was carried out. */
  readonly asked: unknown[]
}

/** An owner that answers every command with what it was asked. */
async function open(options: Partial<HandoverServerOptions> = {}): Promise<Open> {
  const layout = storeLayout(temporaryFolder())
  const events = new Emitter<StudioEvents>()
  const asked: unknown[] = []
  const server = await HandoverServer.open({
    layout,
    program: 'NeRN Studio',
    version: '1.2.3',
    invoke: async (command, input) => {
      asked.push([command, input])
      return ok({ command, input })
    },
    events,
    tokenOfPath: (path) => `token of ${path}`,
    log: () => {},
    places: [join(layout.folder, 'handover', 'owner.sock')],
    ...options,
  })
  if (server === undefined) throw new Error('there was no place for a socket')
  onTestFinished(() => server.close())
  return { layout, server, events, asked }
}

async function connectTo(
  layout: StoreLayout,
  version = '1.2.3',
  onProgress: (progress: TaskProgress) => void = () => {},
) {
  const client = await HandoverClient.connect({ layout, version, onProgress })
  onTestFinished(() => client?.close())
  return client
}

/** What an owner answers to these bytes before it hangs up. */
function answerTo(layout: StoreLayout, bytes: string): Promise<string> {
  const address = readAddress(layout)?.address ?? ''
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(address, () => socket.write(bytes))
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
    socket.once('error', reject)
    socket.once('close', () => resolve(answer))
  })
}

it('carries out commands of the same user, side by side, and answers with their results', async () => {
  const { layout, asked } = await open({
    invoke: async (command, input) => {
      asked.push(command)
      return command === 'queue.pause' ? fail({ code: 'conflict', message: 'It is a draft.' }) : ok(input)
    },
  })
  const client = await connectTo(layout)
  expect(client?.program).toBe('NeRN Studio')
  const answers = await Promise.all([
    client?.invoke('queue.move', { id: 'a', position: 1 }),
    client?.invoke('queue.pause', { ids: ['a'] }),
    client?.invoke('experiments.trash', undefined),
  ])
  expect(answers).toEqual([
    ok({ id: 'a', position: 1 }),
    fail({ code: 'conflict', message: 'It is a draft.' }),
    { ok: true, value: undefined },
  ])
})

it('turns paths into what stands for them, and tells the progress of the tasks that were handed over', async () => {
  const { layout, events, asked } = await open({
    invoke: async (_command, input) => {
      asked.push(input)
      events.emit('task-progress', { taskId: 'other', title: 'x', done: 1, total: 2 })
      events.emit('task-progress', { taskId: 'mine', title: 'Reading', done: 1, total: 2 })
      return ok(undefined)
    },
  })
  const told: TaskProgress[] = []
  const client = await connectTo(layout, '1.2.3', (progress) => told.push(progress))
  await client?.invoke('networks.import', { taskId: 'mine', file: '/home/me/net.pt' })
  await client?.invoke('networks.import', { taskId: 'mine', file: 'sample' })
  expect(asked).toEqual([
    { taskId: 'mine', file: 'token of /home/me/net.pt' },
    { taskId: 'mine', file: 'sample' },
  ])
  expect(told).toEqual(Array(2).fill({ taskId: 'mine', title: 'Reading', done: 1, total: 2 }))
})

it('refuses a program that does not know the secret, whatever it says', async () => {
  const { layout, asked } = await open()
  const hello = { secret: '0'.repeat(64), protocol: 1, version: '1.2.3' }
  const request = { id: 0, command: 'queue.pause', input: { ids: ['a'] } }
  const lines = (...values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')
  const unauthorized = /"refused".*unauthorized/
  expect(await answerTo(layout, lines(hello, request))).toMatch(unauthorized)
  expect(await answerTo(layout, lines(request))).toMatch(unauthorized)
  expect(await answerTo(layout, 'GET / HTTP/1.1\r\n\r\n')).toMatch(/not JSON/)
  expect(await answerTo(layout, '"'.repeat(helloLimitBytes + 1))).toMatch(/more than 4096 bytes/)
  expect(asked).toEqual([])
})

it('refuses another version, and says which one has the store open', async () => {
  const { layout } = await open()
  await expect(connectTo(layout, '1.2.4')).rejects.toMatchObject({
    code: 'handover-refused',
    message: 'NeRN Studio is version 1.2.3 and has the store open; this is version 1.2.4.',
  })
})

it('refuses what is no command to hand over, also from its own programs', async () => {
  const { layout, asked } = await open()
  const client = await connectTo(layout)
  expect(await client?.invoke('files.pick' as never, { kind: 'network' })).toMatchObject({
    ok: false,
    error: { code: 'unknown-command' },
  })
  expect(await client?.invoke('queue.pause', { ids: [] })).toMatchObject({ ok: false })
  expect(asked).toEqual([])
})

it.skipIf(process.platform === 'win32')('lets only its own user reach the socket and the secret', async () => {
  const { layout } = await open()
  const address = readAddress(layout)?.address ?? ''
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
  expect([dirname(address), address, layout.handover].map(modeOf)).toEqual(['700', '600', '600'])
})

it.runIf(process.getuid?.() === 0)('turns a program of another user away', async () => {
  const { layout } = await open()
  const address = readAddress(layout)?.address ?? ''
  const script = `
    try { require('fs').readFileSync(${JSON.stringify(layout.handover)}) } catch (e) { console.log(e.code) }
    require('net').connect(${JSON.stringify(address)}).on('error', (e) => console.log(e.code)).on('connect', () => console.log('in'))`
  const { stdout } = spawnSync(process.execPath, ['-e', script], {
    uid: 65_534,
    gid: 65_534,
    cwd: '/',
    encoding: 'utf8',
  })
  expect(stdout).toBe('EACCES\nEACCES\n')
})

it.skipIf(process.platform === 'win32')('does not believe an address that somebody else may write', async () => {
  const { layout } = await open()
  chmodSync(layout.handover, 0o666)
  await expect(connectTo(layout)).rejects.toMatchObject({ code: 'handover-refused' })
})

it('finds nobody where there was no owner, and where the last one was killed', async () => {
  const { layout, server } = await open()
  expect(await connectTo(storeLayout(temporaryFolder()))).toBeUndefined()
  const left = readFileSync(layout.handover, 'utf8')
  await server.close()
  expect(existsSync(layout.handover)).toBe(false)
  writeFileSync(layout.handover, left, { mode: 0o600 })
  expect(await connectTo(layout)).toBeUndefined()
})

it('answers what it has taken before it closes; later the client hears that the owner is gone', async () => {
  let finish: () => void = () => {}
  const begun = new Promise<void>((resolve) => (finish = resolve))
  const { layout, server } = await open({ invoke: () => begun.then(() => ok('done')) })
  const client = await connectTo(layout)
  const answer = client?.invoke('queue.pause', { ids: ['a'] })
  // The second answer can only come when the owner has read the first command as well.
  const second = client?.invoke('queue.resume', { ids: ['a'] })
  await new Promise((resolve) => setImmediate(resolve))
  const closed = new Promise((resolve) => setTimeout(resolve, 50)).then(() => server.close())
  setTimeout(finish, 100)
  expect([await answer, await second]).toEqual([ok('done'), ok('done')])
  await closed
  expect(await client?.invoke('queue.pause', { ids: ['a'] })).toMatchObject({ error: { code: 'owner-gone' } })
})

it('keeps paths of sockets as short as the system wants them, and does without where none is good', async () => {
  const deep = join(temporaryFolder(), 'x'.repeat(120))
  const places = socketPlaces(deep, { XDG_RUNTIME_DIR: '/run/user/1000' }, 'linux')
  expect(places[0]).toMatch(/^\/run\/user\/1000\/nern-studio\/[0-9a-f]{16}\.sock$/)
  expect(places.every((path) => path.length <= longestSocketPath)).toBe(true)
  expect(places).not.toContain(join(deep, 'handover', 'owner.sock'))
  expect(socketPlaces(deep, {}, 'win32')[0]).toMatch(/^\\\\\.\\pipe\\nern-studio-[0-9a-f]{32}$/)

  const told: string[] = []
  const layout = storeLayout(temporaryFolder())
  mkdirSync(join(layout.folder, 'taken'))
  writeFileSync(join(layout.folder, 'taken', 'file'), '')
  const server = await HandoverServer.open({
    layout,
    program: 'NeRN Studio',
    version: '1.2.3',
    invoke: async () => ok(undefined),
    events: new Emitter<StudioEvents>(),
    tokenOfPath: (path) => path,
    log: (_scope, level, text) => told.push(`${level}: ${text}`),
    places: [join(layout.folder, 'taken', 'file', 'owner.sock')],
  })
  expect(server).toBeUndefined()
  expect(told.join()).toMatch(/^warning: .*owner\.sock is no place to take commands at/)
  expect(existsSync(layout.handover)).toBe(false)
})
