import { setImmediate as settle } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { defaultLimits, Supervisor, type SupervisedJob } from '#main/trainer-host/supervisor.ts'
import { AppException } from '#shared/basics/result.ts'
import type { FromTrainer, JobResult } from '#shared/protocol/trainer-protocol.ts'
import { FakeClock } from '#test/support/fake-clock.ts'
import { checkpoint, FakeHosts, heartbeat, ready } from '#test/support/fake-host.ts'

const result: JobResult = { kind: 'probe', device: 'none', deviation: 0, millisecondsPerStep: 1 }

function supervise(changes: Partial<SupervisedJob> = {}) {
  const hosts = new FakeHosts()
  const clock = new FakeClock()
  const notices: string[] = []
  const work: SupervisedJob = {
    job: { kind: 'probe' },
    executor: { executor: 'onnxruntime', provider: 'cpu', threads: 1 },
    label: 'test',
    ...changes,
    listener: { onNotice: (_level, text) => notices.push(text), ...changes.listener },
  }
  const supervisor = new Supervisor(work, hosts.create, clock)
  return { supervisor, hosts, clock, notices }
}

function phase(name: string, isRepeatable: boolean): FromTrainer {
  return { type: 'phase', phase: name, done: 0, total: 0, isRepeatable }
}

describe('Supervisor', () => {
  it('gives the job to a trainer that is ready and waits for its process to go', async () => {
    const { supervisor, hosts } = supervise()
    const host = await hosts.next()
    host.say(ready)
    await settle()
    expect(host.sent).toMatchObject([{ type: 'start', job: { kind: 'probe' } }])
    host.say({ type: 'result', result })
    host.exit()
    expect(await supervisor.done).toEqual({ kind: 'result', result })
  })

  it('kills a trainer that is not ready within 20 s, and fails when the next is not either', async () => {
    const { supervisor, hosts, clock, notices } = supervise()
    await hosts.next()
    clock.advance(20_000)
    await settle()
    expect(notices).toEqual([
      'The trainer died before it had begun (was not ready within 20 s); restart 1 of 3 in 1 s.',
    ])
    clock.advance(1_000)
    await hosts.next()
    clock.advance(20_000)
    expect(await supervisor.done).toMatchObject({ kind: 'failed', error: { code: 'trainer-gone' } })
  })

  it('shows silence after 30 s and kills after 120 s', async () => {
    const { hosts, clock, notices } = supervise()
    const host = await hosts.next()
    host.say(ready)
    host.say(heartbeat(7))
    await settle()
    clock.advance(29_999)
    expect(notices).toEqual([])
    clock.advance(1)
    expect(notices).toEqual(['The trainer has said nothing for 30 s.'])
    clock.advance(89_999)
    expect(host.pid).toBe(1)
    clock.advance(1)
    await settle()
    expect(host.pid).toBeUndefined()
    expect(notices.at(-1)).toBe('The trainer died at step 7 (said nothing for 120 s); restart 1 of 3 in 1 s.')
  })

  it('tells silence and its end', async () => {
    const told: boolean[] = []
    const { hosts, clock } = supervise({ listener: { onSilence: (isSilent) => void told.push(isSilent) } })
    const host = await hosts.next()
    host.say(ready)
    clock.advance(30_000)
    expect(told).toEqual([true])
    host.say(heartbeat(1))
    host.say(heartbeat(2))
    expect(told).toEqual([true, false])
  })

  it('takes a machine that slept for hours for no silence: what its trainer said is heard first', async () => {
    const { hosts, clock, notices } = supervise()
    const host = await hosts.next()
    host.say(ready)
    for (let night = 0; night < 3; night++) {
      clock.sleep(8 * 60 * 60_000)
      host.say(heartbeat(night))
    }
    await settle()
    expect({ pid: host.pid, notices }).toEqual({ pid: 1, notices: [] })
  })

  it('forgives deaths between which a checkpoint was kept', async () => {
    const { hosts, clock, notices } = supervise()
    for (let step = 10; step <= 60; step += 10) {
      const host = await hosts.next()
      host.say(ready)
      host.say(phase('reconstruction', false))
      host.say(checkpoint(step))
      host.exit({ code: undefined, reason: 'killed by SIGKILL' })
      await settle()
      await settle()
      clock.advance(1_000)
    }
    expect(notices.every((text) => text.endsWith('restart 1 of 3 in 1 s.'))).toBe(true)
    expect(notices).toHaveLength(6)
  })

  it('does not take a slow trainer that gives signs of life for a dead one', async () => {
    const { hosts, clock, notices } = supervise()
    const host = await hosts.next()
    host.say(ready)
    for (let second = 0; second < 300; second += 10) {
      clock.advance(10_000)
      host.say(heartbeat(1))
    }
    await settle()
    expect({ pid: host.pid, notices }).toEqual({ pid: 1, notices: [] })
  })

  it('restarts with growing pauses, three times at most', async () => {
    const { supervisor, hosts, clock } = supervise()
    for (const [index, delayMs] of defaultLimits.restartDelaysMs.entries()) {
      const host = await hosts.next()
      host.say(heartbeat(index))
      host.exit({ code: 1, reason: 'exit code 1' })
      await settle()
      clock.advance(delayMs)
    }
    const last = await hosts.next()
    last.say(heartbeat(99))
    last.exit({ code: 1, reason: 'exit code 1' })
    expect(await supervisor.done).toMatchObject({
      kind: 'failed',
      error: { message: 'The trainer process ended unexpectedly: exit code 1; it died 4 times.', where: 'step 99' },
    })
  })

  it('fails what dies twice at the same step', async () => {
    const { supervisor, hosts, clock } = supervise()
    const first = await hosts.next()
    first.say(heartbeat(12))
    first.exit({ code: undefined, reason: 'killed by SIGSEGV' })
    await settle()
    clock.advance(1_000)
    const second = await hosts.next()
    second.say(heartbeat(12))
    second.exit({ code: undefined, reason: 'killed by SIGSEGV' })
    expect(await supervisor.done).toMatchObject({
      error: { message: 'The trainer process ended unexpectedly: killed by SIGSEGV; it died twice at step 12.' },
    })
  })

  it('believes a trainer that says why it failed, and does not start another', async () => {
    const { supervisor, hosts } = supervise()
    const host = await hosts.next()
    host.say({ type: 'failed', error: { code: 'diverged', message: 'NaN' } })
    host.exit()
    expect(await supervisor.done).toEqual({ kind: 'failed', error: { code: 'diverged', message: 'NaN' } })
  })

  it('asks for a pause once the trainer can hear it', async () => {
    const { supervisor, hosts } = supervise()
    const host = await hosts.next()
    supervisor.pause()
    host.say(ready)
    await settle()
    expect(host.sent.map(({ type }) => type)).toEqual(['start', 'pause'])
    host.say({ type: 'paused', step: 3 })
    host.exit()
    expect(await supervisor.done).toEqual({ kind: 'paused' })
  })

  it('ends a trainer that answers no pause where nothing is lost, and waits for the checkpoint of its steps', async () => {
    const { supervisor, hosts, clock } = supervise()
    const host = await hosts.next()
    host.say(ready)
    host.say(phase('reconstruction', false))
    await settle()
    supervisor.pause()
    clock.advance(60_000)
    await settle()
    expect(host.pid).toBe(1)
    host.say(phase('evaluation', true))
    await settle()
    clock.advance(2_999)
    expect(host.pid).toBe(1)
    clock.advance(1)
    expect(await supervisor.done).toEqual({ kind: 'paused' })
  })

  it('waits for steps that begin after a pause was asked for', async () => {
    const { supervisor, hosts, clock } = supervise()
    const host = await hosts.next()
    host.say(ready)
    host.say(phase('permutation', true))
    await settle()
    supervisor.pause()
    host.say(phase('reconstruction', false))
    await settle()
    clock.advance(10_000)
    expect(host.pid).toBe(1)
    host.say({ type: 'paused', step: 1 })
    host.exit()
    expect(await supervisor.done).toEqual({ kind: 'paused' })
  })

  it('ends a trainer that answers no cancellation, whatever it does', async () => {
    const { supervisor, hosts, clock } = supervise()
    const host = await hosts.next()
    host.say(ready)
    host.say(phase('reconstruction', false))
    await settle()
    supervisor.cancel()
    clock.advance(3_000)
    expect(await supervisor.done).toEqual({ kind: 'cancelled' })
  })

  it('passes on that a checkpoint is wanted', async () => {
    const { supervisor, hosts } = supervise()
    const host = await hosts.next()
    host.say(ready)
    await settle()
    supervisor.saveCheckpoint()
    expect(host.sent.map(({ type }) => type)).toEqual(['start', 'checkpoint'])
  })

  it('is paused at once while it waits to restart', async () => {
    const { supervisor, hosts, clock } = supervise()
    const host = await hosts.next()
    host.exit({ code: 1, reason: 'exit code 1' })
    await settle()
    supervisor.pause()
    clock.advance(1_000)
    expect(await supervisor.done).toEqual({ kind: 'paused' })
  })

  it('keeps checkpoints before the messages that follow them', async () => {
    const order: string[] = []
    const { supervisor, hosts } = supervise({
      listener: {
        async onCheckpoint({ step }) {
          await settle()
          order.push(`checkpoint ${step}`)
        },
        onMessage: (message) => void order.push(message.type),
      },
    })
    const host = await hosts.next()
    host.say(checkpoint(1))
    host.say(heartbeat(2))
    host.say({ type: 'paused', step: 2 })
    host.exit()
    await supervisor.done
    expect(order).toEqual(['checkpoint 1', 'heartbeat'])
  })

  it('hands a permutation on, unless its bytes do not agree with their digest', async () => {
    const kept: number[] = []
    const { supervisor, hosts, notices } = supervise({
      listener: { onPermutation: ({ bytes }) => void kept.push(...bytes) },
    })
    const host = await hosts.next()
    host.say(ready)
    const { sha256, bytes } = checkpoint(1)
    host.say({ type: 'permutation', sha256, bytes })
    host.say({ type: 'permutation', sha256, bytes: Uint8Array.of(99) })
    host.say({ type: 'result', result })
    host.exit()
    await supervisor.done
    expect(kept).toEqual([...bytes])
    expect(notices).toEqual(['The permutation arrived damaged and is not kept.'])
  })

  it('drops a checkpoint whose bytes do not agree with their digest', async () => {
    const kept: number[] = []
    const { hosts, notices } = supervise({ listener: { onCheckpoint: ({ step }) => void kept.push(step) } })
    const host = await hosts.next()
    host.say({ ...checkpoint(1), bytes: Uint8Array.of(99) })
    host.say(checkpoint(2))
    await settle()
    expect(kept).toEqual([2])
    expect(notices).toEqual(['The checkpoint of step 1 arrived damaged and was dropped.'])
  })

  it('pauses when the disk is full', async () => {
    const full = new AppException({ code: 'disk-full', message: 'full' })
    const { supervisor, hosts } = supervise({
      listener: {
        onCheckpoint() {
          throw full
        },
      },
    })
    const host = await hosts.next()
    host.say(checkpoint(1))
    expect(await supervisor.done).toMatchObject({ kind: 'paused', error: { code: 'disk-full' } })
    expect(host.pid).toBeUndefined()
  })
})
