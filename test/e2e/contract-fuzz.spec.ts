import { commandNames } from '#shared/protocol/contract.ts'
import { callAll, nearInputs } from './contract-inputs.ts'
import { expect, test } from './fixtures.ts'
import { ask, quit } from './launch.ts'

/** `npm run fuzz:contract` gives others. */
const rounds = Number(process.env['NERN_FUZZ_ROUNDS'] ?? 1)
const firstSeed = Number(process.env['NERN_FUZZ_SEED'] ?? Math.floor(Math.random() * 1e6))
const callsOfARound = 12

/** Commands that end the studio and open it again, as they should, whenever they are asked rightly. */
const ending: readonly string[] = ['store.reopen-to-repair']
/** Commands that start programs however they are asked, and take seconds. */
const slow: readonly string[] = ['doctor.run']

test('every command answers whatever a page gives it, and the studio goes on', async ({ launch }) => {
  const studio = await launch()
  const { app, page } = studio
  // Nobody is there to close a dialog.
  await app.evaluate(({ dialog, shell }) => {
    dialog.showOpenDialog = async () => ({ canceled: true, filePaths: [] })
    dialog.showSaveDialog = async () => ({ canceled: true, filePath: '' })
    shell.showItemInFolder = () => {}
    Reflect.set(dialog, 'watch', { longestMs: 0, at: performance.now() })
    setInterval(() => {
      const watch = Reflect.get(dialog, 'watch') as { longestMs: number; at: number }
      watch.longestMs = Math.max(watch.longestMs, performance.now() - watch.at - 20)
      watch.at = performance.now()
    }, 20)
  })
  const codes: Record<string, number> = {}
  const defects: string[] = []
  for (let round = 0; round < rounds; round++) {
    const seed = firstSeed + round
    process.stdout.write(`contract fuzzer: seed ${seed}\n`)
    for (const [index, command] of commandNames.entries()) {
      if (ending.includes(command)) continue
      const near = slow.includes(command) ? [] : nearInputs(command, seed * 1000 + index, callsOfARound)
      // Once is enough: refused in the preload, they take the page's time.
      const isHugeToo = round === 0 && command === 'queue.pause'
      const answers = await page.evaluate(callAll, [command, near, isHugeToo] as const)
      for (const [code, count] of Object.entries(answers.codes)) codes[code] = (codes[code] ?? 0) + count
      defects.push(...answers.defects.map((defect) => `seed ${seed}: ${defect}`))
    }
  }
  const longestMs = await app.evaluate(
    ({ dialog }) => (Reflect.get(dialog, 'watch') as { longestMs: number }).longestMs,
  )
  process.stdout.write(`contract fuzzer: ${JSON.stringify(codes)}; main was busy ${Math.round(longestMs)} ms at most\n`)
  expect(defects).toStrictEqual([])
  expect(codes['message-too-large']).toBeGreaterThan(3)
  expect(codes['invalid-argument']).toBeGreaterThan(1000)
  // Far beyond what any message may cost; the largest used to take a minute.
  expect(longestMs).toBeLessThan(5000)
  expect(await ask(page, 'networks.list', {})).toStrictEqual([])
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  expect(await quit(studio)).toBe(0)
})
