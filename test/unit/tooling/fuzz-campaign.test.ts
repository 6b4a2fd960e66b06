/** The fuzzer itself: it must see what no reader may do. */
import { expect, it } from 'vitest'
import type { Result } from '#shared/basics/result.ts'
import { runCampaign, shortcomings, type CampaignOutcome } from '#test/fuzz/campaign.ts'
import type { FuzzedReader } from '#test/fuzz/reader.ts'

const wellDone = { code: 'file-corrupt', message: 'a: broken', where: 'byte 0', remedy: 'Fetch it again.' } as const

/** Of processor time: far less than a hang, so that the test is short. */
const limitMs = 200

function campaign(read: FuzzedReader['read']) {
  const reader: FuzzedReader = {
    name: 'made up',
    seeds: [new Uint8Array(20)],
    mutate: (valid) => valid,
    codes: ['file-corrupt'],
    isRecognised: (bytes) => bytes.byteLength === 20,
    read,
  }
  return runCampaign(reader, { files: 3, seed: 1, limitMs })
}

const refuse = (error: Extract<Result<unknown>, { ok: false }>['error']) => () => ({ ok: false, error }) as const

it('finds nothing wrong with a reader that reads or refuses', async () => {
  expect(await campaign(() => ({ ok: true, value: 1 }))).toMatchObject({ accepted: 3, byCode: {}, faults: [] })
  expect(await campaign(refuse(wellDone))).toMatchObject({ accepted: 0, byCode: { 'file-corrupt': 3 }, faults: [] })
})

it.each<[string, FuzzedReader['read'], RegExp]>([
  ['throws', () => JSON.parse('{'), /threw SyntaxError/],
  ['fails without a type', refuse({ ...wellDone, code: 'internal' }), /untyped error/],
  ['names no place', refuse({ code: 'file-corrupt', message: 'broken', remedy: 'none' }), /names no place/],
  ['says no remedy', refuse({ code: 'file-corrupt', message: 'broken', where: 'byte 0' }), /says no remedy/],
])('finds a reader that %s', async (_what, read, fault) => {
  const { faults } = await campaign(read)
  expect(faults).toHaveLength(3)
  expect(faults[0]).toMatch(fault)
})

it('finds a reader that hangs', async () => {
  let isFirst = true
  const { faults } = await campaign(() => {
    const start = process.cpuUsage()
    const spent = (): number => {
      const { user, system } = process.cpuUsage(start)
      return (user + system) / 1000
    }
    while (isFirst && spent() < 1.5 * limitMs) Math.sqrt(2)
    isFirst = false
    return { ok: true, value: 1 }
  })
  expect(faults).toHaveLength(1)
  expect(faults[0]).toMatch(/file 0 .* took \d+ ms/)
})

it.each<[string, Partial<CampaignOutcome>, RegExp]>([
  ['too few files past the first look', { recognised: 29 }, /29 of 100 files got past the first look/],
  ['too much memory', { peakBytes: 2 ** 29 }, /took 512 MiB/],
  ['a reader that refuses all', { accepted: 0 }, /read no file/],
  ['a code that never comes', { byCode: {} }, /never answered file-corrupt/],
  ['a code that nobody expects', { byCode: { 'file-corrupt': 1, internal: 1 } }, /answered internal/],
])('finds %s', (_what, change, sentence) => {
  const reader: FuzzedReader = {
    name: 'made up',
    seeds: [],
    mutate: (valid) => valid,
    codes: ['file-corrupt'],
    isRecognised: () => true,
    read: () => ({ ok: true, value: 1 }),
  }
  const good: CampaignOutcome = {
    reader: 'made up',
    files: 100,
    recognised: 30,
    accepted: 50,
    byCode: { 'file-corrupt': 50 },
    slowestMs: 1,
    peakBytes: 1000,
    faults: [],
  }
  expect(shortcomings(reader, good)).toEqual([])
  expect(shortcomings(reader, { ...good, ...change })).toEqual([expect.stringMatching(sentence)])
})
