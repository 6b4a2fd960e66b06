import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TokenTable } from '#main/files/token-table.ts'
import { RecentFiles } from '#main/windows/recent-files.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

function openRecent(file: string, tokens = new TokenTable()) {
  const changes: number[] = []
  const recent = new RecentFiles({
    file,
    tokens,
    onChange: () => changes.push(1),
    onError: (text) => expect(text).toBe(''),
  })
  return { recent, changes, tokens }
}

test('files that came in are kept from one start to the next, the newest first and each once', async () => {
  const file = join(temporaryFolder(), 'recent-files.json')
  const { recent, changes } = openRecent(file)
  for (const path of ['/a.pth', '/b.onnx', '/a.pth']) recent.add(path)
  expect([recent.list.map(({ fileName }) => fileName), changes.length]).toEqual([['a.pth', 'b.onnx'], 3])
  await recent.written()

  const again = openRecent(file)
  expect(again.recent.list.map(({ path }) => path)).toEqual(['/a.pth', '/b.onnx'])
  again.recent.forget()
  await again.recent.written()
  expect(openRecent(file).recent.list).toEqual([])
})

test('a window knows them by a token that stays the same', async () => {
  const { recent, tokens } = openRecent(join(temporaryFolder(), 'recent-files.json'))
  recent.add('/data/a.pth')
  const [first] = recent.picked
  expect([first?.fileName, tokens.resolve(first?.token ?? '')]).toEqual(['a.pth', '/data/a.pth'])
  expect(recent.picked).toEqual([first])
  await recent.written()
})

test('no more than a dozen are kept, and a list that cannot be read is an empty one', async () => {
  const file = join(temporaryFolder(), 'recent-files.json')
  const { recent } = openRecent(file)
  for (let index = 0; index < 20; index++) recent.add(`/file-${index}.pth`)
  expect([recent.list.length, recent.list[0]?.fileName]).toEqual([12, 'file-19.pth'])
  await recent.written()
  const broken = join(temporaryFolder(), 'recent-files.json')
  writeFileSync(broken, '{"paths": 7}')
  expect(openRecent(broken).recent.list).toEqual([])
})
