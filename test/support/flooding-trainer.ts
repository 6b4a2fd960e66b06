/**
 * A trainer that computes nothing and tells as many metrics as it is asked for, until it is cancelled: NERN_FLOOD_ROWS a
 * second, in 20 messages.
 */
import { toTrainerSchema, trainerProtocolVersion, type FromTrainer } from '#shared/protocol/trainer-protocol.ts'
import type { MetricName } from '#shared/measures/metrics.ts'
import { openPort } from '#trainer/process/port.ts'

const names: readonly MetricName[] = ['loss.total', 'loss.reconstruction']
const messagesASecond = 20
const rowsASecond = Number(process.env['NERN_FLOOD_ROWS'] ?? 50_000)
const totalSteps = 1e9

const port = openPort()
const send = (message: FromTrainer): void => port.send(message)
let step = 0

port.onClose(() => process.exit(0))
port.onMessage((raw) => {
  const message = toTrainerSchema.parse(raw)
  if (message.type === 'start') flood()
  if (message.type !== 'cancel' && message.type !== 'pause') return
  send(message.type === 'cancel' ? { type: 'cancelled' } : { type: 'paused', step })
  void port.drained().then(() => process.exit(0))
})
send({ type: 'ready', version: trainerProtocolVersion, pid: process.pid })

function flood(): void {
  send({ type: 'started', device: 'none', totalSteps, step })
  send({ type: 'phase', phase: 'reconstruction', done: 0, total: totalSteps, firstStep: 0, isRepeatable: false })
  const startedAt = performance.now()
  const tell = (): void => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * (rowsASecond / names.length))
    const points = Array.from({ length: Math.max(0, due - step) }, (_, at) => step + at + 1).flatMap((at) =>
      names.map((name) => ({
        name,
        step: at,
        elapsedMs: (at * 1000 * names.length) / rowsASecond,
        value: Math.exp(-at / 1e6),
      })),
    )
    step = Math.max(step, due)
    send({ type: 'metrics', step, stepsPerSecond: rowsASecond / names.length, points })
  }
  setInterval(tell, 1000 / messagesASecond)
  setInterval(() => send({ type: 'heartbeat', step, rssBytes: process.memoryUsage.rss(), cpuSeconds: 0 }), 1000)
}
