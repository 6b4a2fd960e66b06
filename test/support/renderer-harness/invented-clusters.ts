/** Clusters that answer at once and never run anything. */
import type { ClusterOutputs, ClusterRecord } from '#shared/protocol/commands/clusters.ts'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { defaultResources } from '#shared/cluster/cluster-config.ts'

const uni: ClusterRecord = {
  config: { ...defaultResources, name: 'uni', host: 'login.uni.example', folder: '~/nern-studio', partition: 'cpu' },
  connection: { state: 'connected', heardAt: '2030-01-01T12:00:00.000Z' },
  experiments: 0,
}

export const inventedClusters: Pick<CommandHandlers, keyof ClusterOutputs> = {
  'clusters.list': async () => [],
  'clusters.save': async (config) => ({ config, connection: { state: 'unknown' }, experiments: 0 }),
  'clusters.remove': async () => undefined,
  'clusters.check': async ({ name }) => ({
    name,
    steps: [{ name: 'login', title: 'Log in', status: 'ok', detail: 'login1' }],
  }),
  'clusters.connect': async () => uni,
  'clusters.answer': async () => undefined,
  'clusters.submit-again': async ({ experimentId }) => ({ experimentIds: [experimentId] }),
  'clusters.pull': async () => uni,
  'clusters.preview-clean': async () => ({ paths: [], sizeBytes: 0 }),
  'clusters.clean': async () => ({ paths: [], sizeBytes: 0 }),
}
