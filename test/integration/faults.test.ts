import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runTrial } from '#test/faults/campaign.ts'
import { campaigns } from '#test/faults/campaigns.ts'
import { canInject } from '#test/faults/injector.ts'

/** A few of what `npm run test:faults` does by the hundred. */
const sampled: Readonly<Record<string, number>> = {
  kills: 1,
  'trainer-kills': 1,
  operations: 4,
  owners: 1,
  'task-kills': 1,
  'task-operations': 2,
}
const seed = Number(process.env['NERN_FAULT_SEED'] ?? Math.floor(Math.random() * 1e6))
const canRun = canInject() || process.env['CI'] !== undefined

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nern-faults-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it.skipIf(!canRun).each(Object.entries(sampled))(
  'the studio ends the same after %s (needs Linux and gcc)',
  async (name, trials) => {
    const campaign = campaigns.find((known) => known.name === name)
    if (campaign === undefined) throw new Error(`There is no campaign ${name}.`)
    const trial = await campaign.begin(folder)
    for (let at = 0; at < trials; at++) {
      const { text, isWrong } = await runTrial(campaign, trial, seed + at)
      expect(isWrong, text).toBe(false)
    }
  },
)
