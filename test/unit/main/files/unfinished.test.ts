import { join } from 'node:path'
import { expect, it } from 'vitest'
import { abandonedNames, unfinishedNames, unfinishedPath } from '#main/files/unfinished.ts'

/** No process has such an id. */
const gone = 2 ** 22 + 1

it('says what a file will be and who writes it, also of several at once', () => {
  const path = join('folder', 'net.npz')
  expect(unfinishedPath(path)).toBe(join('folder', `.net.npz.${process.pid}.part`))
  const names = [unfinishedPath(path), unfinishedPath(path, 'a1')].map((name) => name.slice('folder/'.length))
  expect(unfinishedNames([...names, 'net.npz', '.hidden', 'other.part'])).toEqual(names)
  expect(abandonedNames(names, path)).toEqual([])
})

it('finds what a killed process had begun of one file, and of no other', () => {
  const names = [`.net.npz.${gone}.part`, `.net.npz.${gone}-a1.part`, `.other.npz.${gone}.part`]
  expect(abandonedNames(names, 'net.npz')).toEqual(names.slice(0, 2))
})
