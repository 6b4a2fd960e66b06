import type { CommandHandlers, CommandInput } from '#shared/protocol/contract.ts'
import { AppException } from '#shared/basics/result.ts'
import type { LayerEffectsRecord } from '#shared/measures/layer-effects.ts'
import type { StudioContext } from '../context/studio-context.ts'
import type { Tasks } from '../context/tasks.ts'
import { sha256OfFile } from '../files/sha256.ts'
import { datasetInput, networkInput } from '../library/trainer-inputs.ts'
import type { Store } from '../store/store.ts'
import { packagedRun } from './packaged-run.ts'

type LayerHandlers = Pick<CommandHandlers, 'runs.measure-layers' | 'runs.layers'>

export function layerHandlers({ store }: StudioContext, tasks: Tasks): LayerHandlers {
  return {
    'runs.measure-layers': (input) => measure(store, tasks, input),
    async 'runs.layers'({ id }) {
      const { path, dataset } = packagedRun(store, id)
      return store.layerEffects.list(await sha256OfFile(path), dataset.sha256)
    },
  }
}

/**
 * Measures what each layer of a finished compression costs, or answers what was measured of the same package on the same
 * images. Errors: `not-found`, `conflict` for a run that is no finished compression, `invalid-argument` for an empty split,
 * `file-corrupt`, `cancelled`.
 */
function measure(
  store: Store,
  tasks: Tasks,
  { taskId, id, split, limit }: CommandInput<'runs.measure-layers'>,
): Promise<LayerEffectsRecord> {
  const { path, networkId, dataset } = packagedRun(store, id)
  const available = dataset.counts[split]
  if (available === 0) {
    throw new AppException({
      code: 'invalid-argument',
      message: `${dataset.name} has no images in its ${split} split.`,
      where: 'split',
      remedy: 'Choose a split that has some.',
    })
  }
  const images = limit === 0 ? available : Math.min(limit, available)
  return tasks.run(taskId, async (report) => {
    const packageSha256 = await sha256OfFile(path)
    const measured = store.layerEffects.list(packageSha256, dataset.sha256)
    const known = measured.find((record) => record.split === split && record.images === images)
    if (known !== undefined) return known
    const job = {
      kind: 'layer-effects' as const,
      network: await networkInput(store, networkId),
      packagePath: path,
      dataset: await datasetInput(store, dataset.id),
      split,
      limit,
    }
    // Where the run measured: there its package gives the same network.
    const { result, device } = await tasks.runJob(report, job, store.runs.executorOf(id))
    const { kind: _kind, ...effects } = result
    return store.layerEffects.save({
      ...effects,
      runId: id,
      packageSha256,
      datasetSha256: dataset.sha256,
      split,
      device,
    })
  })
}
