/** A process that sends a checkpoint of 64 MiB and then computes, as trainers do: the event loop turns between steps only. */
import { openPort } from '#trainer/process/port.ts'

const port = openPort()
const steps = 10
const stepMs = 100

port.send({ bytes: new Uint8Array(64 * 2 ** 20) })
for (let step = 1; step <= steps; step++) {
  await new Promise((resolve) => setImmediate(resolve))
  await port.sent()
  port.send({ step })
  const startedMs = performance.now()
  while (performance.now() - startedMs < stepMs);
}
await port.drained()
process.exit(0)
