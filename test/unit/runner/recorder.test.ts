import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readEventLines } from '#main/cluster/event-lines.ts'
import type { TrainerEvent } from '#main/trainer-host/supervisor.ts'
import { sha256Of } from '#main/files/sha256.ts'
import { Attempt } from '#runner/run/attempt.ts'
import { EventLog } from '#runner/run/event-log.ts'
import { KeptFiles } from '#runner/run/kept-files.ts'
import { Recorder } from '#runner/run/recorder.ts'
import { unpackValue } from '#shared/cluster/packed.ts'
import type { RemoteEvent } from '#shared/cluster/remote-events.ts'
import { FakeClock } from '#test/support/fake-clock.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

function recorded() {
  const folder = temporaryFolder()
  for (const name of ['attempts', 'files']) mkdirSync(join(folder, name))
  const attempt = Attempt.begin(folder, '1_0')
  if (attempt === undefined) throw new Error('the run is complete')
  const path = join(folder, 'events-1.jsonl')
  const log = new EventLog(path)
  const clock = new FakeClock()
  return {
    folder,
    clock,
    recorder: new Recorder(attempt, log, new KeptFiles(folder), clock),
    events: (): Promise<readonly RemoteEvent[]> => readEventLines(readFileSync(path), 1, 0),
  }
}

const metrics = (step: number) =>
  ({
    type: 'metrics',
    step,
    stepsPerSecond: 1,
    points: [{ name: 'loss.reconstruction', step, elapsedMs: step, value: step / 2 }],
  }) satisfies TrainerEvent<'metrics'>

test('metrics become one line in five seconds with all their points, and none is lost before a checkpoint', async () => {
  const { recorder, events, clock } = recorded()
  for (const step of [1, 2]) await recorder.onMessage(metrics(step))
  expect(await events()).toEqual([])
  clock.advance(5000)
  await recorder.onMessage(metrics(3))
  await recorder.onMessage(metrics(4))
  const bytes = Uint8Array.of(1, 2, 3)
  await recorder.onCheckpoint({ type: 'checkpoint', step: 4, phase: 'x', sha256: sha256Of(bytes), bytes })
  const told = await events()
  const points = told.map((event) =>
    event.type === 'message' && event.message.type === 'metrics'
      ? event.message.points.map(({ value }) => value)
      : event.type,
  )
  expect(points).toEqual([[0.5, 1, 1.5], [2], 'attached'])
})

test('a message with bytes names a file from which it comes back', async () => {
  const { recorder, events, folder } = recorded()
  const message = { type: 'kernel-snapshot', step: 5, bytes: Uint8Array.of(1, 2), sample: Uint8Array.of(3) } as const
  await recorder.onKernels(message)
  const [event] = await events()
  if (event?.type !== 'attached') throw new Error('no attached message')
  const file = readFileSync(join(folder, 'files', event.file.sha256))
  expect(unpackValue(event.packed, file)).toEqual(message)
})

test('what a trainer repeats many times a second is told now and then', async () => {
  const { recorder, events, clock } = recorded()
  const phase = (done: number) => ({ type: 'phase', phase: 'steps', done, total: 100, isRepeatable: false }) as const
  for (let done = 0; done < 20; done++) {
    await recorder.onMessage(phase(done))
    await recorder.onMessage({ type: 'heartbeat', step: done, rssBytes: 1, cpuSeconds: 1 })
    clock.advance(1000)
  }
  const kinds = (await events()).map((event) => (event.type === 'message' ? event.message.type : event.type))
  expect(kinds.filter((kind) => kind === 'phase')).toHaveLength(4)
  expect(kinds.filter((kind) => kind === 'heartbeat')).toHaveLength(1)
})

test('nothing is written once a newer attempt has the run', async () => {
  const { recorder, events, folder } = recorded()
  Attempt.begin(folder, '1_0')
  await expect(recorder.onMessage({ type: 'log', level: 'info', text: 'late' })).rejects.toThrow('newer attempt')
  await expect(recorder.onKernels({ type: 'kernel-snapshot', step: 5, bytes: Uint8Array.of(1) })).rejects.toThrow(
    'newer attempt',
  )
  expect(await events()).toEqual([])
})
