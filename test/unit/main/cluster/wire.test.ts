/** What travels between the studio and a cluster, and what is refused of it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readEventLines } from '#main/cluster/event-lines.ts'
import { framingFunctions, readReplyParts } from '#main/cluster/reply-frames.ts'
import { clusterConfigSchema, defaultResources, resourcesOf } from '#shared/cluster/cluster-config.ts'
import { connectionError, isConnectionError } from '#shared/cluster/connection-errors.ts'
import { packValue, unpackValue } from '#shared/cluster/packed.ts'
import { sbatchResources } from '#shared/cluster/sbatch-options.ts'
import { shellFolder, shellWord } from '#shared/cluster/shell-words.ts'
import { jobNameOf } from '#shared/cluster/squeue.ts'

const config = { name: 'lab', host: 'cluster', folder: '~/nern', ...defaultResources }

test('a configuration holds nothing that ssh or sbatch would take for something else', () => {
  const isRefused = (changes: object): boolean => !clusterConfigSchema.safeParse({ ...config, ...changes }).success
  expect(isRefused({})).toBe(false)
  expect(isRefused({ extraOptions: ['--constraint=avx512', '--exclusive'] })).toBe(false)
  const refused = [
    { host: '-oProxyCommand=id' },
    { host: 'a b' },
    { folder: 'relative' },
    { folder: '/a\nb' },
    { name: 'Lab' },
    { partition: '-p' },
    { cpus: 0 },
    { extraOptions: ['--wrap=id'] },
    { extraOptions: ['--array=0-9'] },
    { extraOptions: ['-p x'] },
    { extraOptions: ['--comment=a\nb'] },
    { surprise: 1 },
  ]
  expect(refused.filter((changes) => !isRefused(changes))).toEqual([])
})

test('a job asks for what the configuration says', () => {
  expect(sbatchResources(resourcesOf({ ...config, partition: 'fast', extraOptions: ['--exclusive'] }))).toEqual([
    '--partition=fast',
    '--nodes=1',
    '--ntasks=1',
    '--cpus-per-task=2',
    '--mem=4096M',
    '--time=60',
    '--exclusive',
  ])
  expect(jobNameOf('sub-1')).toBe('nern-sub-1')
})

test('words reach a shell as they are', () => {
  expect(shellWord(`it's $HOME`)).toBe(`'it'\\''s $HOME'`)
  expect(shellFolder('~/a b')).toBe(`"$HOME"/'a b'`)
  expect(() => shellWord('a\0b')).toThrow('NUL')
})

test('parts of a reply are found between what a login shell prints, and a torn reply is none', () => {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
  const reply = 'Welcome\n@@other x 2\nab\n@@n1 a 3\nx\ny\n@@n1 b 0\n\n@@n1 end 0\nbye'
  const parts = readReplyParts(encode(reply), 'n1')
  expect(parts?.map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)])).toEqual([
    ['a', 'x\ny'],
    ['b', ''],
  ])
  for (const torn of [
    '',
    '\n@@n1 a 3\nx',
    '\n@@n1 a 3\nx\ny',
    '\n@@n1 a -3\nx\n@@n1 end 0\n',
    '\n@@n1 a 9999999999\nx',
  ])
    expect(readReplyParts(encode(torn), 'n1'), torn).toBeUndefined()
  expect(framingFunctions('n1')).toContain('@@n1')
})

test('what was packed comes back, bytes and numbers that JSON has not included', () => {
  const value = {
    type: 'x',
    list: [1, 'a', null, Number.NaN, -Infinity],
    bytes: Uint8Array.of(1, 2, 3),
    floats: Float32Array.of(1.5, Number.NaN),
  }
  const { value: packed, bytes } = packValue(value)
  expect(unpackValue(JSON.parse(JSON.stringify(packed)), bytes)).toEqual(value)
})

test('places outside of the file are refused', () => {
  for (const place of [[0, 4], [-1, 1], [0], 'x', [2 ** 60, 1]])
    expect(() => unpackValue({ $bytes: place }, new Uint8Array(3))).toThrow('damaged')
})

test('lines become events that say where they end, and what is no event is counted', async () => {
  const lines = [
    '{"type":"note","at":5,"level":"info","text":"ä"}',
    'not json',
    '{"type":"message","at":6,"packed":{"type":"paused","step":3}}',
    '{"type":"attempt","at":7,"attempt":2,"node":"n","cpuModel":"c","executorVersion":"1","jobId":"1_0","fromStep":0}',
  ]
  expect(await readEventLines(Buffer.from(`${lines.join('\n')}\n`), 1, 100)).toEqual([
    { type: 'note', at: 5, level: 'info', text: 'ä', end: { attempt: 1, offset: 150 } },
    { type: 'message', at: 6, message: { type: 'paused', step: 3 }, end: { attempt: 1, offset: 221 } },
    expect.objectContaining({ type: 'note', level: 'warning', text: expect.stringContaining('2 lines') }),
  ])
})

test('nothing that a cluster writes makes the reader throw or give what is no message', async () => {
  const nested = `{"type":"message","packed":${'['.repeat(5000)}${']'.repeat(5000)}}`
  expect(await readEventLines(Buffer.from(`${nested}\n`), 1, 0)).toHaveLength(1)
  const pieces = fc.constantFrom(
    '{',
    '}',
    '"type"',
    ':',
    '"message"',
    '"packed"',
    ',',
    '"$bytes"',
    '[',
    ']',
    '1e9',
    '\n',
    '\u0000',
    '"__proto__"',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 60 }), async (drawn) => {
      const events = await readEventLines(Buffer.from(`${drawn.join('')}\n`), 1, 0)
      return events.every(({ type }) => ['note', 'message', 'attempt', 'attached'].includes(type))
    }),
    { seed: 7, numRuns: 500 },
  )
})

test('what ssh says becomes an error of its own', () => {
  const error = connectionError('lab', 'x\nssh: connect to host lab port 22: Connection timed out\n')
  expect(error).toMatchObject({ code: 'cluster-timed-out', message: expect.stringContaining('lab does not answer') })
  expect(connectionError('lab', 'kex_exchange_identification: read: Connection reset').code).toBe('cluster-unreachable')
  expect(connectionError('lab', 'me@lab: Permission denied (publickey).\nyour key is locked')).toMatchObject({
    code: 'cluster-password-wanted',
    message: 'lab wants a passphrase, a password or a second factor (your key is locked).',
  })
  expect(isConnectionError(error)).toBe(true)
  expect(isConnectionError({ code: 'cluster-refused' })).toBe(false)
})
