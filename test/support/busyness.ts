import { availableParallelism, loadavg } from 'node:os'

/** How many programs want each processor, at least this one: what is measured on a busy machine takes so much longer. */
export function busyness(): number {
  return Math.max(1, (loadavg()[0] ?? 1) / availableParallelism())
}
