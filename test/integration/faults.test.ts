import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCampaign, runUndisturbed, type Campaign, type Undisturbed } from '#test/faults/campaign.ts'
import { canInject } from '#test/faults/injector.ts'
import { fillTemplate } from '#test/faults/template.ts'

/** A few of what `npm run test:faults` does by the hundred. */
const sampled: readonly (readonly [Campaign, number])[] = [
  ['kills', 1],
  ['trainer-kills', 1],
  ['operations', 4],
  ['owners', 1],
]
const seed = Number(process.env['NERN_FAULT_SEED'] ?? Math.floor(Math.random() * 1e6))
const canRun = canInject() || process.env['CI'] !== undefined

let folder = ''
let template: string
let undisturbed: Undisturbed

beforeAll(async () => {
  if (!canRun) return
  folder = mkdtempSync(join(tmpdir(), 'nern-faults-'))
  template = await fillTemplate(join(folder, 'store'))
  undisturbed = await runUndisturbed(template)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it.skipIf(!canRun).each(sampled)('a run ends the same after %s (needs Linux and gcc)', async (campaign, trials) => {
  process.stdout.write(`${campaign}: seed ${seed}\n`)
  expect(await runCampaign({ campaign, trials, seed, template, onTrial: () => {} }, undisturbed)).toEqual([])
})
