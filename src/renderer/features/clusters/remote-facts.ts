import type { RemoteRun } from '#shared/cluster/remote-run.ts'
import { formatTime } from '../../format/format.ts'
import { clusterTexts } from './texts.ts'

interface Fact {
  readonly name: string
  readonly value: string
}

/** Where a run on a cluster is, as far as it is known. */
export function remoteFacts(remote: RemoteRun, isRunning: boolean): readonly Fact[] {
  const { cluster, node, reason, startsAt, heardAt, cpuModel, arrayJobId, task } = remote
  const fact = (name: string, value: string | undefined): readonly Fact[] =>
    value === undefined ? [] : [{ name, value }]
  return [
    ...fact(clusterTexts.cluster, cluster),
    ...fact(clusterTexts.node, node),
    ...(isRunning
      ? [
          ...fact(clusterTexts.waitsFor, reason),
          ...fact(clusterTexts.startsAbout, startsAt === undefined ? undefined : slurmTime(startsAt)),
          ...fact(clusterTexts.lastHeard, heardAt === undefined ? undefined : formatTime(heardAt)),
        ]
      : []),
    ...fact(clusterTexts.processor, cpuModel),
    ...fact(clusterTexts.job, arrayJobId === undefined ? undefined : `${arrayJobId}_${task ?? 0}`),
  ]
}

/** By the clock of the cluster, whose zone nobody tells: `2030-01-01T14:05:00` is 14:05 there. */
function slurmTime(text: string): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(text) ?? []
  return day === undefined || time === undefined ? text : `${day} ${time}`
}
