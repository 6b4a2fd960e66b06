/** `npm run test:cluster`: runs on a real Slurm through all that happens on clusters. Arguments go to vitest. */
import process from 'node:process'
import { bootstrap, runNode } from './lib/bootstrap.mjs'
import { installSlurm } from './lib/system-packages.mjs'

const tools = await bootstrap()
installSlurm()
const env = { ...tools.env, NERN_CLUSTER_TRIALS: '1' }
const words = process.argv.slice(2)
const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...(words.length === 0 ? ['test/cluster'] : words)]
process.exit(await runNode({ node: tools.node, env }, vitest))
