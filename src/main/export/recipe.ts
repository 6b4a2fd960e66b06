import { argumentsOf, commandOf, type CommandSubject } from '#shared/experiment/config-command.ts'
import { configToYaml } from '#shared/experiment/config-yaml.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import type { Recipe } from '#shared/protocol/commands/experiments.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import type { Store } from '../store/store.ts'

/** From what an experiment can be made again. */
export function recipeOf(store: Store, { config, networkId, datasetId }: ExperimentRecord): Recipe {
  const subject: CommandSubject = {
    networkName: networkId === undefined ? undefined : store.networks.get(networkId).name,
    datasetName: store.datasets.get(datasetId).name,
    start: startOf(store, config),
  }
  return { yaml: configToYaml(config), command: commandOf(config, subject), arguments: argumentsOf(config, subject) }
}

/** The experiment that a configuration goes on from; names of experiments may be taken twice, so it is named by its id. */
function startOf(store: Store, config: ExperimentConfig): CommandSubject['start'] {
  if (!('start' in config) || config.start === undefined) return undefined
  const { runId } = config.start
  const { experimentId } = store.runs.get(runId)
  return { name: experimentId, runId, config: store.experiments.get(experimentId).config }
}
