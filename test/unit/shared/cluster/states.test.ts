import { describe, expect, test } from 'vitest'
import type { AttachedMessage, AttemptEnd } from '#shared/cluster/remote-events.ts'
import { parseQueue, type QueueLine } from '#shared/cluster/squeue.ts'
import { remoteState, type RunFiles } from '#shared/cluster/states.ts'

const result: AttachedMessage = { of: 'result', file: { sha256: '0'.repeat(64), sizeBytes: 3 }, packed: {} }

function files(changes: Partial<RunFiles> = {}): RunFiles {
  return {
    hasFolder: true,
    newestAttempt: 1,
    result: undefined,
    ended: undefined,
    wish: undefined,
    silentSeconds: 1000,
    outputTail: '',
    ...changes,
  }
}

function line(state: string, reason = 'None', startsAt = ''): QueueLine {
  return { jobName: 'nern-s', arrayJobId: 7, task: 0, state, node: 'n1', startsAt, reason }
}

function paused(why: 'limit' | 'wish' | 'signal' | 'trouble', text?: string): AttemptEnd['end'] {
  return { kind: 'paused', why, ...(text === undefined ? {} : { text }) }
}

const failure = { kind: 'failed', error: { code: 'diverged', message: 'The loss is no number.' } } as const

describe('the state of a run on a cluster', () => {
  test.each([
    [
      'waits',
      line('PENDING', 'Priority', '2026-01-01T14:05:00'),
      files(),
      { kind: 'waiting', reason: 'Priority', startsAt: '2026-01-01T14:05:00' },
    ],
    ['was requeued', line('PENDING', 'BeginTime'), files(), { kind: 'waiting', reason: 'BeginTime' }],
    [
      'will never start: time',
      line('PENDING', 'PartitionTimeLimit'),
      files(),
      { never: expect.stringContaining('less time') },
    ],
    [
      'will never start: dependency',
      line('PENDING', 'DependencyNeverSatisfied'),
      files(),
      { never: expect.any(String) },
    ],
    [
      'will never start: quality of service',
      line('PENDING', 'QOSMaxWallDurationPerJobLimit'),
      files(),
      { never: expect.any(String) },
    ],
    [
      'will never start: association',
      line('PENDING', 'AssocMaxCpuPerJobLimit'),
      files(),
      { never: expect.any(String) },
    ],
    ['will never start: held', line('PENDING', 'JobHeldUser'), files(), { never: expect.stringContaining('release') }],
    [
      'waits for a limit that others use up',
      line('PENDING', 'QOSMaxJobsPerUserLimit'),
      files(),
      { kind: 'waiting', reason: 'QOSMaxJobsPerUserLimit' },
    ],
    ['runs', line('RUNNING'), files(), { kind: 'running', node: 'n1' }],
    ['is suspended', line('SUSPENDED'), files(), { kind: 'running', node: 'n1' }],
    ['is completing', line('COMPLETING'), files(), { kind: 'running', node: 'n1' }],
    ['is being configured', line('CONFIGURING'), files(), { kind: 'running', node: 'n1' }],
    ['is complete with a result', line('COMPLETED'), files({ result }), { kind: 'completed', result }],
    ['is not complete without one', line('COMPLETED'), files(), { kind: 'failed', error: { code: 'trainer-gone' } }],
    ['has a result, whatever Slurm says', line('NODE_FAIL'), files({ result }), { kind: 'completed', result }],
    ['ran out of time', line('TIMEOUT'), files(), { kind: 'interrupted' }],
    ['was preempted', line('PREEMPTED'), files(), { kind: 'interrupted' }],
    ['lost its node', line('NODE_FAIL'), files(), { kind: 'interrupted' }],
    ['has a node that did not start', line('BOOT_FAIL'), files(), { kind: 'interrupted' }],
    ['ran out of time while it was cancelled', line('TIMEOUT'), files({ wish: 'cancel' }), { kind: 'cancelled' }],
    [
      'ran out of memory',
      line('OUT_OF_MEMORY'),
      files(),
      { kind: 'failed', error: { code: 'out-of-memory', remedy: expect.stringContaining('more memory') } },
    ],
    [
      'ran out of memory, by its output alone',
      line('FAILED'),
      files({ outputTail: 'slurmstepd: error: JobId=3 exceeded memory limit, being killed' }),
      { kind: 'failed', error: { code: 'out-of-memory' } },
    ],
    [
      'found no room for what it writes first',
      line('FAILED'),
      files({ outputTail: 'There is no space left on the disk.\n' }),
      { kind: 'paused', notice: expect.stringContaining('Make room there') },
    ],
    ['was cancelled by us', line('CANCELLED'), files({ wish: 'cancel' }), { kind: 'cancelled' }],
    ['was paused before it started', line('CANCELLED'), files({ wish: 'pause' }), { kind: 'paused' }],
    [
      'was cancelled by others',
      line('CANCELLED'),
      files(),
      { kind: 'paused', notice: expect.stringContaining('cancelled') },
    ],
    [
      'was told to end by others',
      line('FAILED'),
      files({ ended: paused('signal') }),
      { kind: 'paused', notice: expect.any(String) },
    ],
    ['was paused', line('FAILED'), files({ ended: paused('wish'), wish: 'pause' }), { kind: 'paused' }],
    [
      'met a full disk',
      line('FAILED'),
      files({ ended: paused('trouble', 'No space left.') }),
      { kind: 'paused', notice: 'No space left.' },
    ],
    ['could not be requeued at its limit', line('FAILED'), files({ ended: paused('limit') }), { kind: 'interrupted' }],
    ['failed, as it said itself', line('FAILED'), files({ ended: failure }), { kind: 'failed', error: failure.error }],
    [
      'failed without a word',
      line('FAILED'),
      files({ outputTail: 'a\nbash: node: not found\n' }),
      { kind: 'failed', error: { message: 'The job failed: bash: node: not found.' } },
    ],
    ['has a state that a newer Slurm may know', line('LEVITATING'), files(), { kind: 'unknown' }],
    ['is forgotten by Slurm and has a result', undefined, files({ result }), { kind: 'completed' }],
    ['is forgotten, and said how it ended', undefined, files({ ended: failure }), { kind: 'failed' }],
    ['is forgotten, and still writes', undefined, files({ silentSeconds: 5 }), { kind: 'unknown' }],
    ['is forgotten, and silent', undefined, files(), { kind: 'interrupted' }],
    [
      'is forgotten before it started',
      undefined,
      files({ silentSeconds: undefined, newestAttempt: 0 }),
      { kind: 'interrupted' },
    ],
    ['is forgotten after it was cancelled', undefined, files({ wish: 'cancel' }), { kind: 'cancelled' }],
    [
      'has lost its files',
      undefined,
      files({ hasFolder: false }),
      { kind: 'failed', error: { code: 'cluster-folder' } },
    ],
    [
      'failed for want of its files',
      line('FAILED'),
      files({ hasFolder: false }),
      { kind: 'failed', error: { code: 'cluster-folder' } },
    ],
  ])('%s', (_name, queued, told, expected) => {
    expect(remoteState(queued, true, told)).toMatchObject(expected)
  })

  test('does not change while Slurm does not answer, but for a result', () => {
    expect(remoteState(undefined, false, files({ ended: failure }))).toEqual({ kind: 'unknown' })
    expect(remoteState(undefined, false, files({ result }))).toEqual({ kind: 'completed', result })
  })
})

test('lines of squeue are read, others left out', () => {
  const text = [
    'JOBNAME|...',
    'nern-s|12|3|PENDING||2026-11-30T15:53:31|Nodes required for job are DOWN|DRAINED',
    'nern-s|12|0-2|PENDING||N/A|Priority',
    'nern-s|12|4|RUNNING|n1|2026-11-30T15:53:31|None',
    '',
  ].join('\n')
  expect(parseQueue(text)).toEqual([
    {
      jobName: 'nern-s',
      arrayJobId: 12,
      task: 3,
      state: 'PENDING',
      node: '',
      startsAt: '2026-11-30T15:53:31',
      reason: 'Nodes required for job are DOWN|DRAINED',
    },
    {
      jobName: 'nern-s',
      arrayJobId: 12,
      task: 4,
      state: 'RUNNING',
      node: 'n1',
      startsAt: '2026-11-30T15:53:31',
      reason: 'None',
    },
  ])
})
