import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { createForkHosts } from '#main/trainer-host/fork-host.ts'

it('hands a large message over before the next step blocks the process', async () => {
  const entryPath = fileURLToPath(import.meta.resolve('#test/support/busy-sender.ts'))
  const host = createForkHosts({ entryPath })('busy sender')
  const cameAtMs: number[] = []
  host.onMessage(() => cameAtMs.push(performance.now()))
  await new Promise((resolve) => {
    host.onExit(resolve)
    host.start()
  })
  expect(cameAtMs).toHaveLength(11)
  // Left to the turns between ten steps of 100 ms, the bytes come after the last of them, and all steps at once behind them.
  expect((cameAtMs.at(-1) ?? 0) - (cameAtMs[0] ?? 0)).toBeGreaterThan(500)
})
