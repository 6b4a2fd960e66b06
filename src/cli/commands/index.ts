import type { Command } from '../command.ts'
import { baselineCommands } from './baseline.ts'
import { datasetCommands } from './dataset.ts'
import { demoCommands } from './demo.ts'
import { doctorCommands } from './doctor.ts'
import { exportCommands } from './export.ts'
import { fileCommands } from './files.ts'
import { experimentsCommands } from './experiments.ts'
import { importanceCommands } from './importance.ts'
import { networkCommands } from './network.ts'
import { queueCommands } from './queue.ts'
import { runCommands } from './run.ts'
import { storeCommands } from './store.ts'
import { trainCommands } from './train.ts'

/** Every command, in the order the overview shows them. */
export const commands: readonly Command[] = [
  ...doctorCommands,
  ...storeCommands,
  ...datasetCommands,
  ...networkCommands,
  ...trainCommands,
  ...runCommands,
  ...baselineCommands,
  ...queueCommands,
  ...experimentsCommands,
  ...exportCommands,
  ...fileCommands,
  ...importanceCommands,
  ...demoCommands,
]
