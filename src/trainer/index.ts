/** Entry of a trainer process: waits for one job, runs it, says how it ended, and goes. */
import { AppException, toAppError } from '#shared/basics/result.ts'
import {
  toTrainerSchema,
  trainerProtocolVersion,
  type FromTrainer,
  type ToTrainer,
} from '#shared/protocol/trainer-protocol.ts'
import { jobCancelled, type JobContext } from './process/job-context.ts'
import { openPort } from './process/port.ts'
import { runJob } from './process/run-job.ts'

const heartbeatMs = 1000
/** A run that is over sooner needs no probe to tell how long it takes. */
const probeAfterMs = 3000

// On a cluster signals reach every process of a job: there the owner alone decides what they mean, and tells this process.
if (process.env['NERN_TRAINER_SIGNALS'] === 'ignored') {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => {})
}

const port = openPort()
let request: 'none' | 'pause' | 'cancel' = 'none'
let isCheckpointRequested = false
let step = 0
let isStarted = false

function send(message: FromTrainer): void {
  if (message.type === 'metrics' || message.type === 'started') step = message.step
  port.send(message)
}

function sendHeartbeat(): void {
  const { user, system } = process.cpuUsage()
  send({ type: 'heartbeat', step, rssBytes: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1e6 })
}

let lastHeartbeat = 0

/** Lets messages in and out. Compiled steps block the event loop, so the heartbeat is kept here too. */
async function breathe(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  await port.sent()
  if (performance.now() - lastHeartbeat >= heartbeatMs) {
    lastHeartbeat = performance.now()
    sendHeartbeat()
  }
  if (request === 'cancel') throw jobCancelled()
}

async function start(message: Extract<ToTrainer, { type: 'start' }>): Promise<void> {
  const context: JobContext = {
    executor: message.executor,
    checkpoint: message.checkpoint,
    send,
    now: () => performance.now(),
    breathe,
    isPauseRequested: () => request === 'pause',
    probeAfterMs,
    takeCheckpointRequest() {
      const isRequested = isCheckpointRequested
      isCheckpointRequested = false
      return isRequested
    },
  }
  const timer = setInterval(sendHeartbeat, heartbeatMs)
  try {
    await runJob(message.job, context)
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') send({ type: 'cancelled' })
    else {
      if (error.code === 'internal' && thrown instanceof Error) process.stderr.write(`${thrown.stack ?? ''}\n`)
      send({ type: 'failed', error })
    }
  } finally {
    clearInterval(timer)
  }
  await port.drained()
  process.exit(0)
}

port.onMessage((raw) => {
  const parsed = toTrainerSchema.safeParse(raw)
  if (!parsed.success) {
    const error = new AppException({ code: 'internal', message: `The trainer got a message it does not know.` })
    send({ type: 'failed', error: toAppError(error) })
    return
  }
  const message = parsed.data
  if (message.type === 'checkpoint') isCheckpointRequested = true
  else if (message.type !== 'start') request = message.type
  else if (!isStarted) {
    isStarted = true
    void start(message)
  }
})
// Without an owner nobody keeps what this process learns.
port.onClose(() => process.exit(1))
send({ type: 'ready', version: trainerProtocolVersion, pid: process.pid })
