/**
 * Permutations kept beside the networks they were found for, because they depend on weights and mode alone:
 * `permutations/<network sha256>/<key>-<sha256 of the file>.safetensors`. A file says itself whether it is whole, and a
 * lost one costs only time, so none has a row.
 */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { toAppError } from '#shared/basics/result.ts'
import { atomicWrite, type WriteBytes } from '../files/atomic-write.ts'
import { assertSha256 } from '../files/sha256.ts'
import { makeFolder } from '../files/make-folder.ts'
import { permutationFolder, type StoreLayout } from '../store/layout.ts'

/** What, beside the weights, a permutation depends on. */
type PermutationConfig = Pick<CompressConfig, 'permutation' | 'representation'>

/** Of one network; 4 bytes a kernel each, 5 MB for ResNet-18. */
const keptFiles = 4

/** Where to find the permutation of a network, if it is kept and whole. A damaged one is removed and `onDamaged` told. */
export async function keptPermutation(
  layout: StoreLayout,
  networkSha256: string,
  config: PermutationConfig,
  onDamaged: (text: string) => void,
): Promise<string | undefined> {
  const folder = permutationFolder(layout, networkSha256)
  const name = (await namesIn(folder)).find((each) => keyOf(each) === permutationKey(config))
  if (name === undefined) return undefined
  const path = join(folder, name)
  try {
    await assertSha256(path, digestOf(name), 'It is computed again.')
    return path
  } catch (thrown) {
    onDamaged(toAppError(thrown).message)
    await rm(path, { force: true })
    return undefined
  }
}

/** Keeps one, in place of an earlier one and of the oldest above the limit. Errors: `disk-full`, `file-unreadable`. */
export async function keepPermutation(
  layout: StoreLayout,
  networkSha256: string,
  config: PermutationConfig,
  file: { readonly sha256: string; readonly bytes: Uint8Array },
  write?: WriteBytes,
): Promise<void> {
  const folder = permutationFolder(layout, networkSha256)
  await makeFolder(folder)
  const name = `${permutationKey(config)}-${file.sha256}.safetensors`
  await atomicWrite(join(folder, name), file.bytes, write)
  const others = (await namesIn(folder)).filter((each) => each !== name)
  const aged = await Promise.all(others.map(async (each) => ({ each, at: (await stat(join(folder, each))).mtimeMs })))
  const replaced = others.filter((each) => keyOf(each) === permutationKey(config))
  const rest = aged.filter(({ each }) => !replaced.includes(each)).toSorted((left, right) => right.at - left.at)
  const oldest = rest.slice(keptFiles - 1).map(({ each }) => each)
  for (const each of [...replaced, ...oldest]) await rm(join(folder, each), { force: true })
}

/** All of a network. */
export async function removePermutations(layout: StoreLayout, networkSha256: string): Promise<void> {
  await rm(permutationFolder(layout, networkSha256), { recursive: true, force: true })
}

function permutationKey({ permutation, representation }: PermutationConfig): string {
  const { mode, refinement, refinementPasses } = permutation
  const path = refinement === 'none' ? mode : `${mode}-${refinement}-${refinementPasses}`
  return `${path}${representation.linearLayers ? '-linear' : ''}${representation.tiles ? '-tiles' : ''}`
}

const fileName = /^(.+)-([0-9a-f]{64})\.safetensors$/

function keyOf(name: string): string | undefined {
  return fileName.exec(name)?.[1]
}

function digestOf(name: string): string {
  return fileName.exec(name)?.[2] ?? ''
}

/** Finished files only; a folder that is not there is empty. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => fileName.test(name))
}
