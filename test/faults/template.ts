import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { unwrap } from '#shared/basics/result.ts'
import { studioOrThrow } from './scenario.ts'

/** A network file that holds other weights for each seed; returns its path. */
export function writeSmallNetwork(folder: string, seed: number): string {
  const file = join(folder, `small-${seed}.safetensors`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    file,
    writeSafetensors(Object.entries(initialParameters(unwrap(buildNetwork('resnet20-cifar-b', 10)), seed))),
  )
  return file
}

/** Makes a store with a network `small` and a data set `images`, by the command line itself; returns its folder. */
export async function fillTemplate(store: string): Promise<string> {
  if (existsSync(store)) return store
  const file = writeSmallNetwork(dirname(store), 1)
  await studioOrThrow(store, ['network', 'import', file, '--name', 'small'])
  await studioOrThrow(store, ['dataset', 'import', '/scripted', '--name', 'images'])
  return store
}
