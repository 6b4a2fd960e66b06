/** How often a cluster is asked. */
export interface ClusterWaits {
  /** While somebody looks at a window. */
  readonly watchedMs: number
  readonly unwatchedMs: number
  /** After the first failed call; each wait is twice as long as the one before, up to `unwatchedMs`. */
  readonly firstRetryMs: number
}

export const defaultClusterWaits: ClusterWaits = { watchedMs: 30_000, unwatchedMs: 300_000, firstRetryMs: 15_000 }
