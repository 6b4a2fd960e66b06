import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { call, openStudio } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

it('a configuration is written and read as a text', async () => {
  const studio = await openStudio()
  const file = join(temporaryFolder(), 'fast.yaml')
  await call(studio, 'configurations.write', { file, text: 'preset: fast\n' })
  expect(readFileSync(file, 'utf8')).toBe('preset: fast\n')
  expect(await call(studio, 'configurations.read', { file })).toEqual({ fileName: 'fast.yaml', text: 'preset: fast\n' })
})

it('what is no configuration by its size or place is refused', async () => {
  const studio = await openStudio()
  const large = join(temporaryFolder(), 'large.yaml')
  writeFileSync(large, ' '.repeat(1_000_001))
  expect(await studio.invoke('configurations.read', { file: large })).toMatchObject({
    error: { code: 'file-unreadable', message: 'large.yaml is too large for a configuration.', where: 'large.yaml' },
  })
  const missing = join(temporaryFolder(), 'missing.yaml')
  expect(await studio.invoke('configurations.read', { file: missing })).toMatchObject({
    error: { code: 'file-unreadable', message: 'missing.yaml cannot be read.', where: 'missing.yaml' },
  })
  expect(existsSync(missing)).toBe(false)
})
