/**
 * `npm run test:faults -- [--campaign NAME] [--trials N] [--seed N]`: disturbs the studio in every way (docs/reliability.md)
 * and looks whether it ends the same. A part takes at most 20 minutes; each trial has a seed of its own by which it can be
 * repeated. Exit code 1 when something was lost, damaged or different.
 */
import { campaigns } from './campaigns.ts'
import { runCommand } from './command.ts'

process.exitCode = await runCommand(campaigns, console.log)
