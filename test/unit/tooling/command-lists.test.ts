/** Whoever adds a command says who may give it: see the three lists beside the contract's table. */
import { expect, test } from 'vitest'
import { handedCommandNames, readingCommandNames, windowCommandNames } from '#shared/protocol/command-lists.ts'
import { commandNames } from '#shared/protocol/contract.ts'

test('every command only reads, is handed to the owner of the store, or belongs to a window', () => {
  const listed = [...readingCommandNames, ...handedCommandNames, ...windowCommandNames]
  expect(listed.toSorted()).toEqual(commandNames.toSorted())
})
