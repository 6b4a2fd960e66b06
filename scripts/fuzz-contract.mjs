/**
 * `npm run fuzz:contract -- --rounds 100 --seed 7`: gives every command of the contract hostile input through the window
 * of the built studio. `npm test` does one round of a seed that it prints.
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { runEndToEnd } from './lib/end-to-end.mjs'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
})
process.env['NERN_FUZZ_ROUNDS'] = values.rounds
process.env['NERN_FUZZ_SEED'] = values.seed
process.exit(await runEndToEnd({ args: ['contract-fuzz.spec.ts'], isBesideLoad: false }))
