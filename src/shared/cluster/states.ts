/** What a run on a cluster is doing, from what Slurm and the run's files say. */
import type { AppError } from '../basics/result.ts'
import type { AttachedMessage, AttemptEnd } from './remote-events.ts'
import type { QueueLine } from './squeue.ts'

export type RemoteState =
  /** `never`: why it will not start by itself, and what to change. */
  | { readonly kind: 'waiting'; readonly reason: string; readonly startsAt?: string; readonly never?: string }
  | { readonly kind: 'running'; readonly node?: string }
  | { readonly kind: 'completed'; readonly result: AttachedMessage }
  | { readonly kind: 'failed'; readonly error: AppError }
  /** Nobody's fault and nobody's wish: it may be submitted again from its checkpoint. */
  | { readonly kind: 'interrupted'; readonly reason: string }
  | { readonly kind: 'paused'; readonly notice?: string }
  | { readonly kind: 'cancelled' }
  /** Nothing is known now: nothing changes. */
  | { readonly kind: 'unknown' }

/** What the files of a run say. */
export interface RunFiles {
  /** Its folder is there; it is made when the run is submitted. */
  readonly hasFolder: boolean
  readonly newestAttempt: number
  /** A file that cannot be read counts as none. */
  readonly result: AttachedMessage | undefined
  /** Of the newest attempt, once it has ended without a result. */
  readonly ended: AttemptEnd['end'] | undefined
  readonly wish: 'pause' | 'cancel' | undefined
  /** Since the newest attempt wrote last, by the clock there; undefined before the first. */
  readonly silentSeconds: number | undefined
  /** The end of what the job wrote to its output, where no attempt says how it ended. */
  readonly outputTail: string
}

/** An attempt that has written within this time is alive, whatever Slurm has forgotten; it writes every 30 s. */
const ALIVE_SECONDS = 180

const noRoomPattern = /no space left|disk quota exceeded/i
const memoryPattern = /exceeded memory limit|oom[-_ ]kill|out[ -]of[ -]memory/i

/** @param line of squeue, undefined where it knows no such job; `isAnswered`: squeue answered at all */
export function remoteState(line: QueueLine | undefined, isAnswered: boolean, files: RunFiles): RemoteState {
  if (files.result !== undefined) return { kind: 'completed', result: files.result }
  if (!isAnswered) return { kind: 'unknown' }
  if (line === undefined) return forgotten(files)
  const how = bySlurm[line.state]
  return how === undefined ? { kind: 'unknown' } : how(line, files)
}

type Reading = (line: QueueLine, files: RunFiles) => RemoteState

const runs: Reading = ({ node }) => (node === '' ? { kind: 'running' } : { kind: 'running', node })
const waits: Reading = ({ reason, startsAt }) => {
  const never = neverStarts(reason)
  return {
    kind: 'waiting',
    reason,
    ...(startsAt === '' ? {} : { startsAt }),
    ...(never === undefined ? {} : { never }),
  }
}
const isHeld: Reading = ({ reason }) => ({ kind: 'waiting', reason, never: heldText })

const bySlurm: Readonly<Record<string, Reading>> = {
  PENDING: waits,
  REQUEUED: runs,
  REQUEUE_HOLD: isHeld,
  SPECIAL_EXIT: isHeld,
  RESV_DEL_HOLD: isHeld,
  CONFIGURING: runs,
  RUNNING: runs,
  SUSPENDED: runs,
  COMPLETING: runs,
  RESIZING: runs,
  SIGNALING: runs,
  STAGE_OUT: runs,
  STOPPED: runs,
  COMPLETED: (_line, files) => byEnd(files) ?? withoutResult('The job ended without a result'),
  TIMEOUT: (_line, files) => interruptedUnlessWished(files, 'The time limit came before the run was done'),
  DEADLINE: (_line, files) => interruptedUnlessWished(files, 'The deadline of the job has passed'),
  PREEMPTED: (_line, files) => interruptedUnlessWished(files, 'The job made room for one of higher priority'),
  NODE_FAIL: (_line, files) => interruptedUnlessWished(files, 'The node was lost'),
  BOOT_FAIL: (_line, files) => interruptedUnlessWished(files, 'The node did not start'),
  OUT_OF_MEMORY: () => outOfMemory(),
  CANCELLED: (_line, files) => wished(files) ?? { kind: 'paused', notice: 'The job was cancelled on the cluster.' },
  FAILED: (_line, files) => byEnd(files) ?? byOutput(files),
}

/** Slurm keeps ended jobs for some minutes only, so that its silence says nothing: the files do. */
function forgotten(files: RunFiles): RemoteState {
  if (!files.hasFolder) return gone()
  const end = byEnd(files)
  if (end !== undefined) return end
  if (files.silentSeconds !== undefined && files.silentSeconds < ALIVE_SECONDS) return { kind: 'unknown' }
  return wished(files) ?? { kind: 'interrupted', reason: 'Slurm no longer knows the job' }
}

/** What the run itself said last; a job that was told to end keeps to the wish. */
function byEnd(files: RunFiles): RemoteState | undefined {
  if (!files.hasFolder) return gone()
  const { ended } = files
  if (ended === undefined) return undefined
  if (ended.kind === 'failed') return { kind: 'failed', error: withoutAbsent(ended.error) }
  switch (ended.why) {
    case 'limit':
      return wished(files) ?? { kind: 'interrupted', reason: 'The time limit came before the run was done' }
    case 'wish':
      return wished(files) ?? { kind: 'paused' }
    case 'signal':
      return wished(files) ?? { kind: 'paused', notice: 'The job was told to end on the cluster.' }
    case 'trouble':
      return { kind: 'paused', notice: ended.text ?? 'The cluster takes no more files.' }
  }
}

/** Exact optional fields, as an `AppError` has them. */
function withoutAbsent({ code, message, where, remedy }: AppError): AppError {
  return { code, message, ...(where === undefined ? {} : { where }), ...(remedy === undefined ? {} : { remedy }) }
}

function interruptedUnlessWished(files: RunFiles, reason: string): RemoteState {
  return wished(files) ?? { kind: 'interrupted', reason }
}

function wished({ wish }: RunFiles): RemoteState | undefined {
  if (wish === undefined) return undefined
  return wish === 'cancel' ? { kind: 'cancelled' } : { kind: 'paused' }
}

/** Some clusters end a job that takes too much memory without saying so in its state. */
function byOutput(files: RunFiles): RemoteState {
  if (memoryPattern.test(files.outputTail)) return outOfMemory()
  const wish = wished(files)
  if (wish !== undefined) return wish
  // Before an attempt could write anything, it cannot say so in its files.
  if (noRoomPattern.test(files.outputTail)) return { kind: 'paused', notice: noRoomText }
  const last = files.outputTail.trim().split('\n').at(-1)?.trim().slice(-300) ?? ''
  return withoutResult(`The job failed${last === '' ? ' without a word' : `: ${last.replace(/\.$/, '')}`}`)
}

const noRoomText = 'There is no space left on the cluster. Make room there, or ask for a larger quota, then resume.'

function withoutResult(message: string): RemoteState {
  return {
    kind: 'failed',
    error: { code: 'trainer-gone', message: `${message}.`, remedy: 'Retry goes on from the last checkpoint.' },
  }
}

function outOfMemory(): RemoteState {
  return {
    kind: 'failed',
    error: {
      code: 'out-of-memory',
      message: 'The job needed more memory than it had asked for.',
      remedy: 'Ask for more memory in the settings of the cluster, then retry: it goes on from the last checkpoint.',
    },
  }
}

function gone(): RemoteState {
  return {
    kind: 'failed',
    error: {
      code: 'cluster-folder',
      message: 'The files of the run are no longer on the cluster.',
      remedy:
        'Retry submits it again, from the last checkpoint that is here; many clusters remove old files of scratch folders.',
    },
  }
}

const heldText = 'It is held: release it on the cluster (scontrol release), or cancel it here.'

/** Reasons that pass by themselves, such as Priority, Resources or limits that other jobs use up, are not here. */
const neverReasons: readonly (readonly [RegExp, string])[] = [
  [
    /^PartitionTimeLimit$/,
    'The time limit is beyond that of the partition: ask for less time, or choose another partition.',
  ],
  [/^PartitionNodeLimit$/, 'The partition has no such nodes: ask for fewer processors or less memory.'],
  [
    // Slurm says this of a time limit, too, when it looks at the job before it looks at the limit.
    /^PartitionConfig$/,
    'The partition does not give what the job asks for: ask for less time, memory or processors, or change the partition.',
  ],
  [
    /^BadConstraints$|^InvalidQOS$|^InvalidAccount$/,
    'No node fits what the job asks for: change the partition, the account or the further options.',
  ],
  [/^DependencyNeverSatisfied$/, 'It waits for a job that failed: cancel it.'],
  [/^JobHeld(User|Admin)$|^JobHoldMaxRequeue$/, heldText],
  [
    /^(QOS|Assoc)Max.*(PerJob|PerNode)/,
    'It asks for more than one job of yours may have: ask for less, or choose another quality of service.',
  ],
  [/^MaxMemPerLimit$|^MaxCpusPer/, 'It asks for more memory or processors than the partition gives: ask for less.'],
]

function neverStarts(reason: string): string | undefined {
  return neverReasons.find(([pattern]) => pattern.test(reason))?.[1]
}
