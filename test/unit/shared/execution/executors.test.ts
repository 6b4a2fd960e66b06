import { expect, test } from 'vitest'
import { executorNames, executors, providerNames } from '#shared/execution/executors.ts'
import { defaultExecutor } from '#shared/protocol/trainer-protocol.ts'

test('every provider belongs to an executor, and only what an executor has can be verified of it', () => {
  const entries = executorNames.map((name) => executors[name])
  expect(new Set(entries.flatMap(({ providers }) => providers))).toStrictEqual(new Set(providerNames))
  expect(entries.filter(({ providers, verified }) => verified.some((name) => !providers.includes(name)))).toEqual([])
})

test('the engine of a fresh store is one that the tests have run on', () => {
  expect(executors[defaultExecutor.executor].verified).toContain(defaultExecutor.provider)
})
