import { setTimeout as sleep } from 'node:timers/promises'
import type { RemoteCluster, RunCursor } from '#main/cluster/remote-cluster.ts'
import type { AttachedMessage, RemoteEvent } from '#shared/cluster/remote-events.ts'
import type { RemoteState } from '#shared/cluster/states.ts'
import { addEvaluations, sorted } from './small-jobs.ts'

const finalKinds: readonly RemoteState['kind'][] = ['completed', 'failed', 'interrupted', 'paused', 'cancelled']

/** Follows runs as a studio does: reads on from where it stands, and forgets what is computed again. */
export class Followed {
  readonly runId: string
  state: RemoteState = { kind: 'unknown' }
  readonly attempts: { readonly attempt: number; readonly fromStep: number }[] = []
  readonly notes: string[] = []
  readonly kinds = new Set<RemoteState['kind']>()
  readonly attached: AttachedMessage[] = []
  #cursor: RunCursor
  #evaluated = new Set<number>()
  step = 0

  constructor(cursor: RunCursor) {
    this.runId = cursor.runId
    this.#cursor = cursor
  }

  get ref(): RunCursor {
    return this.#cursor
  }

  get evaluatedSteps(): readonly number[] {
    return sorted(this.#evaluated)
  }

  get isOver(): boolean {
    return finalKinds.includes(this.state.kind)
  }

  take(events: readonly RemoteEvent[], cursor: { attempt: number; offset: number }, state: RemoteState): void {
    for (const event of events) this.#hear(event)
    this.#cursor = { ...this.#cursor, ...cursor }
    this.state = state
    this.kinds.add(state.kind)
  }

  #hear(event: RemoteEvent): void {
    switch (event.type) {
      case 'attempt':
        this.attempts.push({ attempt: event.attempt, fromStep: event.fromStep })
        this.#evaluated = new Set([...this.#evaluated].filter((step) => step <= event.fromStep))
        return
      case 'message':
        addEvaluations(this.#evaluated, event.message)
        if (event.message.type === 'metrics') this.step = event.message.step
        return
      case 'attached':
        this.attached.push(event)
        return
      case 'note':
        this.notes.push(event.text)
        return
    }
  }
}

/** Polls until something is true of the runs. */
export async function follow(
  cluster: RemoteCluster,
  runs: readonly Followed[],
  isEnough: () => boolean,
  timeoutMs = 300_000,
): Promise<void> {
  const giveUpAt = Date.now() + timeoutMs
  for (;;) {
    const answer = await cluster.poll(runs.map(({ ref }) => ref))
    for (const run of runs) {
      const polled = answer.runs.get(run.runId)
      if (polled !== undefined) run.take(polled.events, polled.cursor, polled.state)
    }
    if (isEnough()) return
    if (Date.now() > giveUpAt) {
      throw new Error(
        `Waited in vain: ${JSON.stringify(runs.map(({ runId, state, step }) => ({ runId, state, step })))}`,
      )
    }
    await sleep(500)
  }
}
