import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ClusterConfig } from '#shared/cluster/cluster-config.ts'
import { AppException } from '#shared/basics/result.ts'
import type { Clock } from '../basics/clock.ts'
import { openCluster } from '../cluster/open-cluster.ts'
import type { RemoteCluster } from '../cluster/remote-cluster.ts'
import { runtimeFiles } from '../cluster/runtime.ts'
import type { Log } from '../log/log.ts'
import type { ClusterQuestions } from './cluster-questions.ts'

export interface ClusterTools {
  /** Id of the store. */
  readonly studio: string
  readonly clock: Clock
  readonly log: Log
  /** Asks a person what ssh wants to know. */
  readonly questions: ClusterQuestions
}

/** Opens a cluster; nothing is asked of it yet. */
export type ClusterOpener = (config: ClusterConfig, tools: ClusterTools) => RemoteCluster

/**
 * Opens clusters over ssh. NERN_SSH_CONFIG names a file to use instead of ~/.ssh/config.
 * @param entryFolder of the program that asks; the runner is built beside it
 * @param packagesFolder `node_modules`, of a checkout or of a packaged app
 */
export function clusterOpener(entryFolder: string, packagesFolder: string): ClusterOpener {
  const runtime = runtimeFiles(entryFolder, packagesFolder)
  const sshConfigPath = process.env['NERN_SSH_CONFIG'] ?? ''
  return (config, { studio, clock, log, questions }) =>
    openCluster(config, {
      ...{ studio, clock, log, runtime, cacheFolder: join(cacheFolder(), 'clusters') },
      askpass: (question) => questions.ask(config.name, question),
      ...(sshConfigPath === '' ? {} : { sshConfigPath }),
    })
}

/** For a studio that cannot send its trainer anywhere. */
export function noClusters({ name }: ClusterConfig): RemoteCluster {
  throw new AppException({
    code: 'executor-unavailable',
    message: `This studio cannot reach the cluster ${name}: it was opened without what a cluster needs.`,
    remedy: 'Use the installed studio, or the command line of this version.',
  })
}

/** Where this platform keeps what can be made again. */
function cacheFolder(): string {
  const home = homedir()
  if (process.platform === 'win32')
    return join(process.env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'NeRN Studio')
  if (process.platform === 'darwin') return join(home, 'Library', 'Caches', 'NeRN Studio')
  const named = process.env['XDG_CACHE_HOME'] ?? ''
  return join(named === '' ? join(home, '.cache') : named, 'nern-studio')
}
