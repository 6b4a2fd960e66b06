import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ArchiveCache, isWhole, type ArchiveEntry } from '#main/cluster/archive-cache.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

function folderWith(text: string): {
  readonly cache: string
  readonly source: string
  readonly entries: ArchiveEntry[]
} {
  const folder = temporaryFolder()
  const cache = join(folder, 'cache')
  mkdirSync(cache, { recursive: true })
  const source = join(folder, 'node')
  writeFileSync(source, text)
  return { cache, source, entries: [{ name: 'node', source, isExecutable: true }] }
}

test('files are packed once, and hold what they held', async () => {
  const { cache, entries } = folderWith('one')
  const first = await new ArchiveCache(cache, 'runtime').pack(entries)
  expect(execFileSync('tar', ['-xzOf', first.path, 'node']).toString()).toBe('one')
  const madeAt = statSync(first.path).ino
  expect(await new ArchiveCache(cache, 'runtime').pack(entries)).toEqual(first)
  expect(statSync(first.path).ino).toBe(madeAt)
})

test('a file that changed is packed anew, and the same content has the same name wherever it lies', async () => {
  const { cache, source, entries } = folderWith('one')
  const first = await new ArchiveCache(cache, 'runtime').pack(entries)
  writeFileSync(source, 'another')
  const second = await new ArchiveCache(cache, 'runtime').pack(entries)
  expect(second.id).not.toBe(first.id)
  const elsewhere = folderWith('one')
  expect((await new ArchiveCache(cache, 'runtime').pack(elsewhere.entries)).sha256).toBe(first.sha256)
})

test('an archive that is not what it was is found before it is sent, and made again', async () => {
  const { cache, entries } = folderWith('one')
  const first = await new ArchiveCache(cache, 'runtime').pack(entries)
  expect(await isWhole(first)).toBe(true)
  const bytes = readFileSync(first.path)
  bytes[bytes.byteLength - 1] = 1 ^ (bytes.at(-1) ?? 0)
  writeFileSync(first.path, bytes)
  expect(await isWhole(first)).toBe(false)
  expect(await new ArchiveCache(cache, 'runtime').pack(entries)).toEqual(first)
  expect(await isWhole(first)).toBe(true)
})

test('the two that were used last are kept, with what is known of them', async () => {
  const { cache, source, entries } = folderWith('first')
  const unfinished = join(cache, 'runtime-x.tar.gz.00.part')
  for (const path of [unfinished, join(cache, 'program-of-another-kind.json')]) writeFileSync(path, '')
  const used = []
  for (const [at, text] of ['first', 'second', 'third'].entries()) {
    writeFileSync(source, text)
    const packed = await new ArchiveCache(cache, 'runtime').pack(entries)
    utimesSync(packed.path, at, at)
    used.push(`runtime-${packed.id}.tar.gz`)
  }
  const names = readdirSync(cache)
  expect(names.filter((name) => name.endsWith('.tar.gz')).sort()).toEqual(used.slice(1).sort())
  expect(names.filter((name) => name.startsWith('runtime-') && name.endsWith('.json'))).toHaveLength(2)
  // Somebody may be packing now.
  expect(names).toContain('runtime-x.tar.gz.00.part')
  expect(names).toContain('program-of-another-kind.json')
  utimesSync(unfinished, 1, 1)
  await new ArchiveCache(cache, 'runtime').pack(entries)
  expect(readdirSync(cache)).not.toContain('runtime-x.tar.gz.00.part')
})
