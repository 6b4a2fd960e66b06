import { expect, test } from 'vitest'
import { isNewEnough } from '../../../scripts/lib/environment.mjs'
import { firstDifference } from '../../../scripts/lib/packages.mjs'
import manifest from '../../../package.json' with { type: 'json' }

const wanted = {
  '': { name: 'nern-studio' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/b': { version: '2.0.0', integrity: 'sha512-b', optional: true },
}
const a = { version: '1.0.0', integrity: 'sha512-a' }

test('an installation with every needed package is complete', () => {
  expect(firstDifference(wanted, { 'node_modules/a': a })).toBeUndefined()
})

test.each([
  ['lacks a package', {}, 'node_modules/a'],
  ['holds another version', { 'node_modules/a': { ...a, version: '1.0.1' } }, 'node_modules/a'],
  ['holds other contents', { 'node_modules/a': { ...a, integrity: 'sha512-x' } }, 'node_modules/a'],
  [
    'holds another version of an optional one',
    { 'node_modules/a': a, 'node_modules/b': { version: '1.0.0' } },
    'node_modules/b',
  ],
])('an installation that %s is not', (_what, installed, difference) => {
  expect(firstDifference(wanted, installed)).toBe(difference)
})

test.each([
  ['v20.20.2', false],
  ['v22.13.1', false],
  ['v22.14.0', true],
  ['23.0.0', true],
  ['v24.21.0', true],
])('Node %s is new enough: %s', (version, expected) => {
  expect(isNewEnough(version)).toBe(expected)
})

test('every package that package.json names is pinned to one version', () => {
  const { dependencies, devDependencies, optionalDependencies, overrides } = manifest
  const versions = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides })
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toStrictEqual([])
})
