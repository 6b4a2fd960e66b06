import { expect, it } from 'vitest'
import { UsageError } from '#cli/command.ts'
import { findCommand, prepare } from '#cli/prepare.ts'

it.each([
  ['dataset import', ['']],
  ['network import', ['']],
  ['inspect', ['']],
  ['dataset list', ['--store', '']],
  ['export', ['my experiment', '--out', '']],
])('%s takes an empty text for wrong use, not for the current folder', (name, rest) => {
  const args = [...name.split(' '), ...rest]
  const command = findCommand(args)
  if (command === undefined) throw new Error(`There is no command ${name}.`)
  expect(() => prepare(command, args)).toThrow(UsageError)
})
