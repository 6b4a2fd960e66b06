/** A network's permutations: those the studio kept, or found now and handed over to be kept. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { KernelTable } from '#engine/methods/nern/coordinates.ts'
import type { LayerPermutation } from '#shared/network/layer-permutation.ts'
import { permuteNetwork } from '#engine/methods/nern/permutation/network-permutation.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { formatCount, formatDuration } from '#shared/basics/format.ts'
import { toAppError } from '#shared/basics/result.ts'
import { breatheOrPause, note, tellPhase, type JobContext } from '../../process/job-context.ts'
import { sha256Hex } from '../../sha256.ts'
import { readPermutations, writePermutations } from './permutation-file.ts'

export interface FoundPermutations {
  /** Of every layer in turn; empty without a permutation. */
  readonly permutations: readonly LayerPermutation[]
  /** What finding them took; 0 unless computed. */
  readonly seconds: number
  readonly source: 'none' | 'computed' | 'cache'
}

/** @param keptPath a file of `writePermutations` for this network and configuration, if the studio has one */
export async function findPermutations(
  { mode, refinement, refinementPasses }: CompressConfig['permutation'],
  table: KernelTable,
  weights: HostTensors,
  keptPath: string | undefined,
  context: JobContext,
): Promise<FoundPermutations> {
  if (mode === 'none') return { permutations: [], seconds: 0, source: 'none' }
  if (keptPath !== undefined) {
    try {
      const permutations = readPermutations(await readFile(keptPath), basename(keptPath), mode, table)
      note(context, 'Took the permutation that was kept of this network.')
      return { permutations, seconds: 0, source: 'cache' }
    } catch (thrown) {
      const { message } = toAppError(thrown)
      note(context, `The kept permutation is computed again: ${message}`, 'warning')
    }
  }
  const startedMs = context.now()
  const permutations = await permuteNetwork(mode, table, weights, {
    onProgress: (kernels) => {
      tellPhase(context, 'permutation', kernels, table.kernels)
    },
    pause: () => breatheOrPause(context),
    twoOptPasses: refinement === 'none' ? 0 : refinementPasses,
  })
  const seconds = (context.now() - startedMs) / 1000
  note(context, `Found the ${mode} permutation of ${formatCount(table.kernels)} kernels in ${formatDuration(seconds)}.`)
  const bytes = Uint8Array.from(writePermutations(permutations, table))
  context.send({ type: 'permutation', sha256: sha256Hex(bytes), bytes })
  return { permutations, seconds, source: 'computed' }
}
