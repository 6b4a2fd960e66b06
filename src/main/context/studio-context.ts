import type { OfficialArchive } from '#formats/cifar/official-archives.ts'
import type { ClusterConfig } from '#shared/cluster/cluster-config.ts'
import type { StudioEvents } from '#shared/protocol/events.ts'
import type { ExecutorChoice } from '#shared/protocol/trainer-protocol.ts'
import type { Clock } from '../basics/clock.ts'
import type { Emitter } from '../basics/emitter.ts'
import type { RemoteCluster } from '../cluster/remote-cluster.ts'
import type { WriteBytes } from '../files/atomic-write.ts'
import type { Log } from '../log/log.ts'
import type { Places } from '../queue/places.ts'
import type { ClusterWaits } from '../queue/remote/cluster-waits.ts'
import type { DiskWaits } from '../queue/storage-hold.ts'
import type { Store } from '../store/store.ts'
import type { SupervisorLimits } from '../trainer-host/supervisor.ts'
import type { TrainerHostFactory } from '../trainer-host/trainer-host.ts'

/** What every part of one studio works with; built once, in studio.ts. */
export interface StudioContext {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly events: Emitter<StudioEvents>
  readonly createHost: TrainerHostFactory
  readonly limits: SupervisorLimits
  readonly diskWaits: DiskWaits
  /** Where new work runs. */
  readonly executor: () => ExecutorChoice
  /** How many experiments run at once, and with how many threads each. */
  readonly places: Places
  /** A cluster by what is known of it; nothing is asked of it yet. */
  readonly openCluster: (config: ClusterConfig) => RemoteCluster
  readonly clusterWaits: ClusterWaits
  /** What can be fetched from the official site; tests have a site of their own. */
  readonly archives: readonly OfficialArchive[]
  /** Tests give a disk that is full. */
  readonly writeBytes: WriteBytes | undefined
}
