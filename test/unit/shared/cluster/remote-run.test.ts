import { expect, it } from 'vitest'
import { remotePhase } from '#shared/cluster/remote-run.ts'

it('says in a few words where a run on a cluster is', () => {
  const run = { cluster: 'uni' } as const
  expect([
    remotePhase({ ...run, state: 'prepared' }),
    remotePhase({ ...run, state: 'waiting', reason: 'Priority' }),
    remotePhase({ ...run, state: 'waiting', reason: 'PartitionTimeLimit', never: 'too long' }),
    remotePhase({ ...run, state: 'running', node: 'n1' }),
  ]).toEqual(['goes to the cluster', 'waits: Priority', 'will never start', undefined])
})
