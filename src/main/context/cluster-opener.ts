import type { ClusterConfig } from '#shared/cluster/cluster-config.ts'
import { AppException } from '#shared/basics/result.ts'
import type { Clock } from '../basics/clock.ts'
import type { RemoteCluster } from '../cluster/remote-cluster.ts'
import type { Log } from '../log/log.ts'
import type { ClusterQuestions } from './cluster-questions.ts'

export interface ClusterTools {
  readonly clock: Clock
  readonly log: Log
  /** Asks a person what ssh wants to know. */
  readonly questions: ClusterQuestions
}

/** Opens a cluster; nothing is asked of it yet. */
export type ClusterOpener = (config: ClusterConfig, tools: ClusterTools) => RemoteCluster

/** For a studio that cannot send its trainer anywhere. */
export function noClusters({ name }: ClusterConfig): RemoteCluster {
  throw new AppException({
    code: 'executor-unavailable',
    message: `This studio cannot reach the cluster ${name}: it was opened without what a cluster needs.`,
    remedy: 'Use the installed studio, or the command line of this version.',
  })
}
