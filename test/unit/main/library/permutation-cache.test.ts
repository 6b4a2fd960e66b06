import { readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sha256Of } from '#main/files/sha256.ts'
import { keepPermutation, keptPermutation, removePermutations } from '#main/library/permutation-cache.ts'
import { permutationFolder, storeLayout } from '#main/store/layout.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const network = 'a'.repeat(64)
type Config = Parameters<typeof keepPermutation>[2]
const cross: Config = {
  permutation: { mode: 'cross-filter', refinement: 'none', refinementPasses: 5 },
  representation: { linearLayers: false, tiles: false },
}

function changed(changes: Partial<Config['permutation']>): Config {
  return { ...cross, permutation: { ...cross.permutation, ...changes } }
}

function fileOf(text: string) {
  const bytes = new TextEncoder().encode(text)
  return { bytes, sha256: sha256Of(bytes) }
}

function unexpected(text: string): void {
  throw new Error(text)
}

describe('kept permutations', () => {
  test('are found again for the same network and configuration only', async () => {
    const layout = storeLayout(temporaryFolder())
    const file = fileOf('one')
    await keepPermutation(layout, network, cross, file)
    const path = join(permutationFolder(layout, network), `cross-filter-${file.sha256}.safetensors`)
    expect(await keptPermutation(layout, network, cross, unexpected)).toBe(path)
    // Without a refinement its passes mean nothing.
    expect(await keptPermutation(layout, network, changed({ refinementPasses: 9 }), unexpected)).toBe(path)
    expect(await keptPermutation(layout, network, changed({ mode: 'in-filter' }), unexpected)).toBeUndefined()
    expect(await keptPermutation(layout, network, changed({ refinement: '2-opt' }), unexpected)).toBeUndefined()
    const withLinear = { ...cross, representation: { linearLayers: true, tiles: false } }
    expect(await keptPermutation(layout, network, withLinear, unexpected)).toBeUndefined()
    expect(await keptPermutation(layout, 'b'.repeat(64), cross, unexpected)).toBeUndefined()
  })

  test('are said to be damaged, and removed, when their bytes have changed', async () => {
    const layout = storeLayout(temporaryFolder())
    await keepPermutation(layout, network, cross, fileOf('one'))
    const path = (await keptPermutation(layout, network, cross, unexpected)) ?? ''
    writeFileSync(path, 'two')
    const said: string[] = []
    expect(await keptPermutation(layout, network, cross, (text) => said.push(text))).toBeUndefined()
    expect(said).toEqual([expect.stringContaining('has changed: expected SHA-256')])
    expect(readdirSync(permutationFolder(layout, network))).toEqual([])
  })

  test('replace the one before, and the oldest of other configurations above four', async () => {
    const layout = storeLayout(temporaryFolder())
    const folder = permutationFolder(layout, network)
    await keepPermutation(layout, network, cross, fileOf('one'))
    for (const refinementPasses of [1, 2, 3]) {
      const refined = changed({ refinement: '2-opt', refinementPasses })
      await keepPermutation(layout, network, refined, fileOf(`refined ${refinementPasses}`))
    }
    await keepPermutation(layout, network, cross, fileOf('one again'))
    expect(readdirSync(folder)).toHaveLength(4)
    for (const name of readdirSync(folder))
      utimesSync(join(folder, name), 0, name.startsWith('cross-filter-2-opt-2') ? 1 : 2)
    await keepPermutation(layout, network, changed({ mode: 'in-filter' }), fileOf('in-filter'))
    const keys = readdirSync(folder).map((name) => name.replace(/-[0-9a-f]{64}\.safetensors$/, ''))
    expect(keys.toSorted()).toEqual(['cross-filter', 'cross-filter-2-opt-1', 'cross-filter-2-opt-3', 'in-filter'])
  })

  test('go with their network', async () => {
    const layout = storeLayout(temporaryFolder())
    await keepPermutation(layout, network, cross, fileOf('one'))
    await removePermutations(layout, network)
    await removePermutations(layout, network)
    expect(readdirSync(layout.permutations)).toEqual([])
  })
})
