import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { unwrap } from '#shared/basics/result.ts'
import { startStudio } from './scenario.ts'

/** Makes a store with a network `small` and a data set `images`, by the command line itself; returns its folder. */
export async function fillTemplate(store: string): Promise<string> {
  const file = join(dirname(store), 'small.safetensors')
  mkdirSync(dirname(store), { recursive: true })
  writeFileSync(
    file,
    writeSafetensors(Object.entries(initialParameters(unwrap(buildNetwork('resnet20-cifar-b', 10)), 1))),
  )
  for (const args of [
    ['network', 'import', file, '--name', 'small'],
    ['dataset', 'import', '/scripted', '--name', 'images'],
  ]) {
    const { code, output } = await startStudio(store, args).ended
    if (code !== 0) throw new Error(`studio ${args.join(' ')}: ${output}`)
  }
  return store
}
