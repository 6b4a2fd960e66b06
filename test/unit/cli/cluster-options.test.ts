import { expect, test } from 'vitest'
import { configFrom } from '#cli/commands/cluster.ts'

const given = { host: 'uni', folder: '~/nern', option: [] }

function refusal(name: string, options: Partial<Parameters<typeof configFrom>[1]>): string {
  try {
    configFrom(name, { ...unset, ...given, ...options })
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown)
  }
  return 'taken'
}

const unset = {
  partition: undefined,
  account: undefined,
  qos: undefined,
  cpus: undefined,
  memory: undefined,
  minutes: undefined,
  atOnce: undefined,
}

test('memory is taken in bytes and asked for in whole MiB', () => {
  expect(configFrom('uni', { ...unset, ...given, memory: 700 * 2 ** 20 + 1 }).memoryMib).toBe(701)
})

test.each([
  ['Uni', {}, 'NAME: small letters, digits and hyphens, at most 40.'],
  ['uni', { memory: 700 }, '--memory: at least 256 MiB.'],
  ['uni', { host: '-oProxyCommand=x' }, '--host: an alias of ~/.ssh/config, or user@host.'],
  ['uni', { folder: 'nern' }, '--folder: an absolute path, or one that begins with ~/.'],
  ['uni', { minutes: 1_000_000 }, '--minutes: at most a year.'],
  ['uni', { option: ['--array=1-9'] }, '--option: the studio sets this option itself.'],
])('a cluster %s with %o is refused by the name of the option', (name, options, message) => {
  expect(refusal(name, options)).toBe(message)
})
