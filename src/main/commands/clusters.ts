import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { ClusterOutputs, ClusterRecord } from '#shared/protocol/commands/clusters.ts'
import type { CheckStep } from '#shared/cluster/check-step.ts'
import type { ClusterConfig } from '#shared/cluster/cluster-config.ts'
import { AppException } from '#shared/basics/result.ts'
import type { ClusterQuestions } from '../context/cluster-questions.ts'
import type { StudioContext } from '../context/studio-context.ts'
import type { RemoteQueue } from '../queue/remote/remote-queue.ts'
import { inUse } from '../store/errors.ts'

export interface ClusterParts {
  readonly remote: RemoteQueue
  readonly questions: ClusterQuestions
}

/** All clusters, as they are announced and listed. */
export function clusterRecords({ store }: StudioContext, remote: RemoteQueue): readonly ClusterRecord[] {
  return store.clusters.list().map((config) => recordOf(store, remote, config))
}

export function clusterHandlers(
  context: StudioContext,
  { remote, questions }: ClusterParts,
): Pick<CommandHandlers, keyof ClusterOutputs> {
  const { store, events } = context
  const announce = () => events.emit('clusters-changed', { clusters: clusterRecords(context, remote) })
  const recordNamed = (name: string) => recordOf(store, remote, store.clusters.get(name))
  const previewClean = async (name: string) => {
    const keep = { runIds: store.remoteRuns.wanted(name) }
    return remote.use(name, (cluster) => cluster.previewClean(keep))
  }
  return {
    'clusters.list': async () => clusterRecords(context, remote),
    async 'clusters.save'(config) {
      const before = store.clusters.find(config.name)
      if (before !== undefined && isElsewhere(before, config)) assertUnused(store, config.name)
      store.transaction(() => {
        store.clusters.save(config)
        store.remoteRuns.forgetResources(config.name)
      })
      await remote.changed(config.name)
      announce()
      return recordNamed(config.name)
    },
    async 'clusters.remove'({ name }) {
      store.clusters.get(name)
      assertUnused(store, name)
      store.clusters.remove(name)
      await remote.changed(name)
      announce()
      return undefined
    },
    async 'clusters.check'({ name }) {
      const told: CheckStep[] = []
      const tell = (step: CheckStep): void => {
        const known = told.findIndex((other) => other.name === step.name)
        told.splice(known < 0 ? told.length : known, 1, step)
        events.emit('cluster-checked', { name, steps: [...told] })
      }
      const steps = await remote.use(
        name,
        (cluster) => cluster.check(tell),
        (found) => found.at(-1)?.connectionError,
      )
      return { name, steps }
    },
    async 'clusters.connect'({ name }) {
      try {
        await remote.use(name, (cluster) => cluster.connect())
      } finally {
        questions.endOf(name)
      }
      await remote.pull(name)
      return recordNamed(name)
    },
    async 'clusters.answer'({ questionId, answer }) {
      questions.answer(questionId, answer)
      return undefined
    },
    async 'clusters.submit-again'({ experimentId, resources }) {
      return { experimentIds: remote.submitAgain(experimentId, resources) }
    },
    async 'clusters.pull'({ name }) {
      await remote.pull(name)
      return recordNamed(name)
    },
    'clusters.preview-clean': ({ name }) => previewClean(name),
    async 'clusters.clean'({ name }) {
      const preview = await previewClean(name)
      await remote.use(name, (cluster) => cluster.clean(preview))
      return preview
    },
  }
}

function recordOf({ clusters }: StudioContext['store'], remote: RemoteQueue, config: ClusterConfig): ClusterRecord {
  const { name } = config
  return { config, connection: remote.connectionOf(name), experiments: clusters.namesOn(name).length }
}

/** What runs there would not be found again. */
function isElsewhere(before: ClusterConfig, now: ClusterConfig): boolean {
  return before.host !== now.host || before.folder !== now.folder
}

function assertUnused({ clusters }: StudioContext['store'], name: string): void {
  const users = clusters.namesOn(name)
  if (users.length === 0) return
  const { message } = inUse('cluster', name, users)
  throw new AppException({
    code: 'conflict',
    message,
    remedy: 'Wait until they are done, or cancel them first.',
  })
}
