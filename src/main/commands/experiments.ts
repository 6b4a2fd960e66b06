import type { CommandHandlers, CommandInput } from '#shared/protocol/contract.ts'
import type { ExperimentDetail } from '#shared/protocol/commands/experiments.ts'
import { cloneName, experimentName } from '#shared/experiment/experiment-name.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { mainFamilyOf } from '../families/table.ts'
import { uniqueName } from '../library/unique-name.ts'
import type { ExpectedTimes } from '../queue/expected-times.ts'
import type { Queue } from '../queue/queue.ts'

type ExperimentHandlers = Pick<
  CommandHandlers,
  | 'experiments.list'
  | 'experiments.find'
  | 'experiments.get'
  | 'experiments.create'
  | 'experiments.edit'
  | 'experiments.expected-seconds'
  | 'experiments.update'
  | 'experiments.values'
>

interface ExperimentParts {
  readonly queue: Queue
  readonly expectedTimes: ExpectedTimes
}

export function experimentHandlers(
  context: StudioContext,
  { queue, expectedTimes }: ExperimentParts,
): ExperimentHandlers {
  const { store, events } = context
  return {
    'experiments.list': async (query) => store.experiments.list(query),
    'experiments.find': async (query) => store.experiments.find(query),
    'experiments.values': async ({ ids, fields }) => store.experiments.values(ids, fields),

    async 'experiments.get'({ id }) {
      const record = store.experiments.get(id)
      const network = record.networkId === undefined ? undefined : store.networks.find(record.networkId)
      const dataset = store.datasets.find(record.datasetId)
      const origin = record.clonedFrom === undefined ? undefined : store.experiments.nameOf(record.clonedFrom)
      return {
        record,
        runs: store.runs.list(id),
        ...(network === undefined ? {} : { network }),
        ...(dataset === undefined ? {} : { dataset }),
        ...(record.clonedFrom === undefined || origin === undefined
          ? {}
          : { origin: { id: record.clonedFrom, name: origin } }),
        ...forkOf(store, id),
        descendants: store.experiments.descendants(id),
      }
    },

    async 'experiments.create'(input) {
      await assertRunnable(context, input)
      const { config, networkId, datasetId, executor, place, enqueue, clonedFrom } = input
      if (place !== undefined) store.clusters.get(place)
      const name = input.name ?? defaultName(context, input)
      const created = store.transaction(() => {
        const draft = store.experiments.insert({
          name,
          config,
          datasetId,
          ...(networkId === undefined ? {} : { networkId }),
          ...(executor === undefined ? {} : { executor }),
          ...(place === undefined ? {} : { place }),
          ...(clonedFrom === undefined ? {} : { clonedFrom }),
        })
        if (enqueue) store.experiments.transition(draft.id, 'enqueue', 'draft')
        return draft
      })
      queue.announce([created.id])
      queue.dispatch()
      return store.experiments.get(created.id)
    },

    async 'experiments.expected-seconds'({ configs, executor = context.executor(), ...subject }) {
      const seconds: (number | undefined)[] = []
      for (const config of configs) seconds.push(await expectedTimes.secondsOf({ config, ...subject }, executor))
      return seconds
    },

    async 'experiments.edit'(input) {
      await assertRunnable(context, input)
      const { id, config, networkId, datasetId } = input
      const name = input.name ?? store.experiments.get(id).name
      store.experiments.edit(id, { name, config, datasetId, ...(networkId === undefined ? {} : { networkId }) })
      queue.announce([id])
      return store.experiments.get(id)
    },

    async 'experiments.update'({ id, ...changes }) {
      store.experiments.update(id, changes)
      store.manifests.noteChanged(id)
      const summary = store.experiments.summary(id)
      // Windows know nothing of what is in the trash.
      if (summary.trashedAt === undefined) events.emit('experiment-changed', summary)
      return summary
    },
  }
}

function forkOf({ forks }: StudioContext['store'], id: string): Pick<ExperimentDetail, 'fork'> {
  const found = forks.of(id)
  if (found === undefined) return {}
  const { runId, step, phase } = found
  return { fork: { runId, step, phase } }
}

/** Throws `not-found`, `invalid-config`, `dataset-mismatch` for what could only fail later. */
async function assertRunnable(
  { store }: StudioContext,
  input: Pick<CommandInput<'experiments.create'>, 'config' | 'networkId' | 'datasetId'>,
): Promise<void> {
  const { config, networkId, datasetId } = input
  const dataset = store.datasets.get(datasetId)
  const network = networkId === undefined ? undefined : store.networks.get(networkId)
  await mainFamilyOf(config).assertRunnable(store, config, { network, dataset })
}

/** By what is its own: against its origin where it has one, else against the preset it is nearest to. */
function defaultName({ store }: StudioContext, input: CommandInput<'experiments.create'>): string {
  const { config, networkId, clonedFrom } = input
  const networkName = networkId === undefined ? '' : store.networks.get(networkId).name
  const wanted =
    clonedFrom === undefined
      ? experimentName(config, networkName)
      : cloneName(store.experiments.get(clonedFrom), config)
  return uniqueName(wanted, store.experiments.namesBeginning(wanted))
}
