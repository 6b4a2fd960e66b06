/** What squeue says of the jobs of the studio. */

/** What squeue is asked for; the reason, which may hold anything, comes last. */
export const squeueFormat = '%j|%F|%K|%T|%N|%S|%r'

export interface QueueLine {
  /** `nern-SUBMISSION`. */
  readonly jobName: string
  readonly arrayJobId: number
  readonly task: number
  readonly state: string
  readonly node: string
  /** When it starts, as the scheduler expects; empty where it does not say. */
  readonly startsAt: string
  readonly reason: string
}

/** Lines of another form are left out: squeue may add headers and warnings. */
export function parseQueue(text: string): readonly QueueLine[] {
  return text.split('\n').flatMap((line) => {
    const [jobName = '', job = '', task = '', state = '', node = '', startsAt = '', ...reason] = line.split('|')
    if (!/^\d{1,12}$/.test(job) || !/^\d{1,9}$/.test(task) || !/^[A-Z_]{2,30}$/.test(state)) return []
    return [
      {
        jobName,
        arrayJobId: Number(job),
        task: Number(task),
        state,
        node: node.slice(0, 200),
        startsAt: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(startsAt) ? startsAt : '',
        reason: reason.join('|').slice(0, 300),
      },
    ]
  })
}

export function jobNameOf(submission: string): string {
  return `nern-${submission}`
}
