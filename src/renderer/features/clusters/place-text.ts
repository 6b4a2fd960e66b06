import type { RemoteRun } from '#shared/cluster/remote-run.ts'

/** `uni`, or `uni, node n7` once it runs. */
export function placeText({ cluster, node, state }: RemoteRun): string {
  return node === undefined || state === 'waiting' ? cluster : `${cluster}, node ${node}`
}
