import type { ChangingStudio } from '#main/studio.ts'
import type { CommandInput } from '#shared/protocol/contract.ts'
import { familyOf } from '#shared/experiment/families.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { networkPresets } from '#shared/experiment/presets.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { executorChoiceSchema } from '#shared/protocol/trainer-protocol.ts'
import { call } from './call.ts'
import type { Invocation } from './command.ts'
import { findChoice, findDataset, findExperiment, findNetwork } from './find-record.ts'
import { repeatedText, text, toldDefault, type OptionTable, type ValuesOf } from './option.ts'
import { applySettings } from './set-option.ts'
import { UsageError } from './usage-error.ts'

export const compressUsage = '--network NETWORK --dataset DATASET | --from EXPERIMENT [options]'

/** Changes of a configuration, and the name of the experiment that has it. */
export const settingOptions = {
  seed: text('NUMBER', 'Seed of all random numbers of the run.'),
  set: repeatedText(
    'PATH=VALUE',
    'Change one parameter of the configuration, such as evaluation.everySteps=0; may be given several times.',
  ),
  name: toldDefault(text('TEXT', 'Name of the experiment.'), 'made of what it does'),
} satisfies OptionTable

const defaultPreset = 'fast'

export const configOptions = {
  preset: toldDefault(
    text('PRESET', `Configuration to start from: ${networkPresets.map(({ id }) => id).join(', ')}.`),
    defaultPreset,
  ),
  ...settingOptions,
} satisfies OptionTable

export const compressOptions = {
  network: text('NETWORK', 'Network to compress.'),
  dataset: text('DATASET', 'Data set to distil on and to measure accuracy with.'),
  from: text('EXPERIMENT', 'Go on from the predictor of a finished compression, with its network and configuration.'),
  ...configOptions,
} satisfies OptionTable

type SettingValues = ValuesOf<typeof settingOptions>
type ConfigValues = ValuesOf<typeof configOptions>
type CompressValues = ValuesOf<typeof compressOptions>

/** The configuration that --preset, --seed and --set make. Throws `UsageError`. */
export function compressConfigFrom({ preset, ...settings }: ConfigValues) {
  return withSettings(findChoice('preset', preset ?? defaultPreset, networkPresets).config, settings)
}

/** A configuration with what --seed and --set change. Throws `UsageError`. */
export function withSettings<C extends ExperimentConfig>(
  config: C,
  { seed, set }: Pick<SettingValues, 'seed' | 'set'>,
): C {
  return applySettings(config, [...(seed === undefined ? [] : [`seed=${seed}`]), ...set])
}

/** What a compression is to be made of, as far as the options alone say it. */
export interface CompressRequest {
  /** Present unless it starts from a finished one, whose records are looked up in the store. */
  readonly keys?: { readonly network: string; readonly dataset: string }
  readonly from?: string
}

/** Reads the options before a store is opened. Throws `UsageError`. */
export function compressRequest(options: CompressValues): CompressRequest {
  const { network, dataset, from } = options
  if (from === undefined) {
    compressConfigFrom(options)
    if (network === undefined) throw new UsageError('--network is needed.')
    if (dataset === undefined) throw new UsageError('--dataset is needed.')
    return { keys: { network, dataset } }
  }
  const given = (['network', 'preset'] as const).find((name) => options[name] !== undefined)
  if (given !== undefined) {
    throw new UsageError(
      `--from brings its own ${given === 'network' ? 'network' : 'configuration'}: leave --${given} out.`,
    )
  }
  return { from }
}

/** Queues the compression that was asked for; nothing is started. */
export async function createCompression(
  invocation: Invocation<ConfigValues & { readonly dataset?: string | undefined; readonly on?: string | undefined }>,
  studio: ChangingStudio,
  { keys, from }: CompressRequest,
): Promise<ExperimentRecord> {
  if (keys !== undefined) return createExperiment(invocation, studio, keys, compressConfigFrom(invocation.options))
  return enqueue(invocation, studio, await continuation(invocation, studio, from ?? ''))
}

/** A compression that goes on from the predictor of a finished one: its configuration without the fitting. */
async function continuation(
  { options }: Invocation<SettingValues & { readonly dataset?: string | undefined }>,
  studio: ChangingStudio,
  key: string,
) {
  const source = await findExperiment(studio, key)
  const { config, networkId, datasetId, latestRun } = source
  const { continued } = familyOf(config)
  if (continued === undefined || networkId === undefined || latestRun?.status !== 'completed') {
    throw new UsageError(`${source.name} has no finished predictor.`, 'Name a compression that was completed.')
  }
  const { dataset } = options
  return {
    config: withSettings(continued(config, latestRun.id), options),
    networkId,
    datasetId: dataset === undefined ? datasetId : (await findDataset(studio, dataset)).id,
  }
}

/** Queues an experiment on a network and a data set, named by their keys; nothing is started. */
export async function createExperiment(
  invocation: Invocation<Pick<SettingValues, 'name'> & { readonly on?: string | undefined }>,
  studio: ChangingStudio,
  keys: { readonly network: string; readonly dataset: string },
  config: ExperimentConfig,
): Promise<ExperimentRecord> {
  const network = await findNetwork(studio, keys.network)
  const dataset = await findDataset(studio, keys.dataset)
  return enqueue(invocation, studio, { config, networkId: network.id, datasetId: dataset.id })
}

/** Where what is queued is to run. */
export const placeOptions = {
  on: toldDefault(text('CLUSTER', 'Cluster that it is to run on; it is submitted at once.'), 'this computer'),
} satisfies OptionTable

/** Submits what was queued for a cluster, and says how that went; nothing where it is for this computer. */
export async function submitTo(
  { output }: Pick<Invocation, 'output'>,
  studio: ChangingStudio,
  on: string | undefined,
): Promise<void> {
  if (on === undefined) return
  const { connection } = await call(studio, 'clusters.pull', { name: on })
  if (connection.state !== 'lost') return
  output.say(`${on} is not connected: ${connection.error.message}`)
  output.say(`It is submitted when it can be reached: studio cluster pull ${on}`)
}

async function enqueue(
  invocation: Invocation<Pick<SettingValues, 'name'> & { readonly on?: string | undefined }>,
  studio: ChangingStudio,
  experiment: Pick<CommandInput<'experiments.create'>, 'config' | 'networkId' | 'datasetId'>,
): Promise<ExperimentRecord> {
  const { name, on } = invocation.options
  return call(studio, 'experiments.create', {
    ...experiment,
    enqueue: true,
    ...(await executorOf(invocation, studio)),
    ...(name === undefined ? {} : { name }),
    ...(on === undefined ? {} : { place: on }),
  })
}

/** Where the command line wants an experiment to run, completed by the settings; nothing when it does not say. */
export async function executorOf({ executor }: Invocation, studio: ChangingStudio) {
  if (Object.keys(executor).length === 0) return {}
  const settings = await call(studio, 'studio.settings', {})
  return { executor: executorChoiceSchema.parse({ ...settings.executor, ...executor }) }
}
