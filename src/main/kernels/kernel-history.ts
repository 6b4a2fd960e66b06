/** What a run has made of its kernels, from the snapshots in its folder. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { withFileSource } from '#formats/byte-source.ts'
import { openKernelSample, openKernelSnapshot } from '#formats/kernel-history/reader.ts'
import { AppException, unwrap } from '#shared/basics/result.ts'
import type { KernelHistory, KernelStep } from '#shared/protocol/kernel-history.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { sampleShapeOf, type SampledLayer } from '#shared/tensors/kernel-sample.ts'
import { kernelSamplePath, kernelsPath, snapshotStepOf } from '../store/layout.ts'
import type { Store } from '../store/store.ts'

/** @param layer by default the first with the most weights to see. Errors: `not-found`, and those of a file that is not what it was. */
export async function kernelHistory({ layout, runs }: Store, runId: string, layer?: string): Promise<KernelHistory> {
  // For the error of a run that there is not.
  runs.get(runId)
  const folder = kernelsPath(layout, runId)
  const names = await snapshotNames(folder)
  if (names.length === 0) return { layers: [], steps: [] }
  return withFileSource(kernelSamplePath(layout, runId), async (source) => {
    const sample = unwrap(await openKernelSample(source))
    const { layers } = sample
    const chosen = chosenLayer(layers, layer)
    const steps: KernelStep[] = []
    const reconstructed: Float32Array[] = []
    for (const name of names) {
      await withFileSource(join(folder, name), async (file) => {
        const { step, phase, errors, readLayer } = unwrap(await openKernelSnapshot(file, layers))
        steps.push({ step, phase, errors })
        reconstructed.push(unwrap(await readLayer(chosen)))
      })
    }
    const kernels = unwrap(await sample.readLayer(chosen))
    return { layers, steps, shown: { layer: chosen.name, shape: sampleShapeOf(chosen), ...kernels, reconstructed } }
  })
}

/** In the order of their steps. */
async function snapshotNames(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((): string[] => [])
  const steps = names.map((name) => ({ name, step: snapshotStepOf(name) ?? -1 }))
  return steps
    .filter(({ step }) => step >= 0)
    .toSorted((a, b) => a.step - b.step)
    .map(({ name }) => name)
}

function chosenLayer(layers: readonly SampledLayer[], name: string | undefined): SampledLayer {
  const most = Math.max(...layers.map(weightsShown))
  const found = layers.find((layer) => (name === undefined ? weightsShown(layer) === most : layer.name === name))
  if (found !== undefined) return found
  throw new AppException({
    code: 'not-found',
    message: `The run has no represented layer ${name ?? ''}.`,
    remedy: 'Choose one of the layers that the run lists.',
  })
}

function weightsShown(layer: SampledLayer): number {
  return sizeOf(sampleShapeOf(layer))
}
