import type { Command } from '../command.ts'
import { baselineCommands } from './baseline.ts'
import { batchCommands } from './batch.ts'
import { clusterCommands } from './cluster.ts'
import { compressCommands } from './compress.ts'
import { datasetCommands } from './dataset.ts'
import { demoCommands } from './demo.ts'
import { doctorCommands } from './doctor.ts'
import { exportCommands } from './export.ts'
import { fileCommands } from './files.ts'
import { fitCommands } from './fit.ts'
import { experimentsCommands } from './experiments.ts'
import { importanceCommands } from './importance.ts'
import { layerCommands } from './layers.ts'
import { networkCommands } from './network.ts'
import { queueCommands } from './queue.ts'
import { runCommands } from './run.ts'
import { storeCommands } from './store.ts'
import { storeRepairCommands } from './store-repair.ts'
import { sweepCommands } from './sweep.ts'
import { trainCommands } from './train.ts'
import { verifyCommands } from './verify.ts'

/** Commands under the headings of the overview, in its order. */
export const commandGroups: readonly { readonly heading: string; readonly commands: readonly Command[] }[] = [
  { heading: 'Start here:', commands: demoCommands },
  { heading: 'Networks and data sets:', commands: [...networkCommands, ...trainCommands, ...datasetCommands] },
  { heading: 'Compression:', commands: [...compressCommands, ...fitCommands, ...runCommands, ...baselineCommands] },
  { heading: 'Sweeps:', commands: [...sweepCommands, ...batchCommands] },
  { heading: 'Queue:', commands: queueCommands },
  { heading: 'Clusters:', commands: clusterCommands },
  {
    heading: 'Results:',
    commands: [...experimentsCommands, ...layerCommands, ...importanceCommands, ...exportCommands],
  },
  { heading: 'Files, without a store:', commands: [...fileCommands, ...verifyCommands] },
  { heading: 'This installation:', commands: [...doctorCommands, ...storeCommands, ...storeRepairCommands] },
]

export const commands: readonly Command[] = commandGroups.flatMap((group) => group.commands)
