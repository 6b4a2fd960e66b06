import type { ParseArgsOptionsConfig } from 'node:util'
import type { Studio } from '#main/studio.ts'
import type { CommandInput } from '#shared/protocol/contract.ts'
import { familyOf } from '#shared/experiment/families.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { networkPresets } from '#shared/experiment/presets.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { executorChoiceSchema } from '#shared/protocol/trainer-protocol.ts'
import { call } from './call.ts'
import { UsageError, type Invocation } from './command.ts'
import { findChoice, findDataset, findExperiment, findNetwork } from './find-record.ts'
import { applySettings } from './set-option.ts'

export const compressUsage =
  '(--network N --dataset D [--preset P] | --from EXPERIMENT) [--seed S] [--set PATH=VALUE ...] [--name X]'

export const configOptions = {
  preset: { type: 'string' },
  seed: { type: 'string' },
  set: { type: 'string', multiple: true },
  name: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig

export const compressOptions = {
  ...configOptions,
  network: { type: 'string' },
  dataset: { type: 'string' },
  from: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig

/** The configuration that --preset, --seed and --set make. Throws `UsageError`. */
export function compressConfigFrom(invocation: Invocation) {
  const wanted = invocation.options.text('preset') ?? 'fast'
  return withSettings(findChoice('preset', wanted, networkPresets).config, invocation)
}

function withSettings<C extends ExperimentConfig>(config: C, { options }: Invocation): C {
  return applySettings(config, [...seedSetting(options.text('seed')), ...options.list('set')])
}

/** What a compression is to be made of, as far as the options alone say it. */
export interface CompressRequest {
  /** Present unless it starts from a finished one, whose records are looked up in the store. */
  readonly keys?: { readonly network: string; readonly dataset: string }
  readonly from?: string
}

/** Reads the options before a store is opened. Throws `UsageError`. */
export function compressRequest(invocation: Invocation): CompressRequest {
  const { options } = invocation
  const from = options.text('from')
  if (from === undefined) {
    compressConfigFrom(invocation)
    return { keys: { network: options.neededText('network'), dataset: options.neededText('dataset') } }
  }
  const given = ['network', 'preset'].find((name) => options.text(name) !== undefined)
  if (given !== undefined) {
    throw new UsageError(
      `--from brings its own ${given === 'network' ? 'network' : 'configuration'}: leave --${given} out.`,
    )
  }
  return { from }
}

/** Queues the compression that was asked for; nothing is started. */
export async function createCompression(
  invocation: Invocation,
  studio: Studio,
  { keys, from }: CompressRequest,
): Promise<ExperimentRecord> {
  if (keys !== undefined) return createExperiment(invocation, studio, keys, compressConfigFrom(invocation))
  return enqueue(invocation, studio, await continuation(invocation, studio, from ?? ''))
}

/** A compression that goes on from the predictor of a finished one: its configuration without the fitting. */
async function continuation(invocation: Invocation, studio: Studio, key: string) {
  const source = await findExperiment(studio, key)
  const { config, networkId, datasetId, latestRun } = source
  const continued = familyOf(config).continued?.(config, latestRun?.id ?? '')
  if (continued === undefined || networkId === undefined || latestRun?.status !== 'completed') {
    throw new UsageError(`${source.name} has no finished predictor.`, 'Name a compression that was completed.')
  }
  const dataset = invocation.options.text('dataset')
  return {
    config: withSettings(continued, invocation),
    networkId,
    datasetId: dataset === undefined ? datasetId : (await findDataset(studio, dataset)).id,
  }
}

export function seedSetting(seed: string | undefined): readonly string[] {
  return seed === undefined ? [] : [`seed=${seed}`]
}

/** Queues an experiment on a network and a data set, named by their keys; nothing is started. */
export async function createExperiment(
  invocation: Invocation,
  studio: Studio,
  keys: { readonly network: string; readonly dataset: string },
  config: ExperimentConfig,
): Promise<ExperimentRecord> {
  const network = await findNetwork(studio, keys.network)
  const dataset = await findDataset(studio, keys.dataset)
  return enqueue(invocation, studio, { config, networkId: network.id, datasetId: dataset.id })
}

async function enqueue(
  invocation: Invocation,
  studio: Studio,
  experiment: Pick<CommandInput<'experiments.create'>, 'config' | 'networkId' | 'datasetId'>,
): Promise<ExperimentRecord> {
  const name = invocation.options.text('name')
  return call(studio, 'experiments.create', {
    ...experiment,
    enqueue: true,
    ...(await executorOf(invocation, studio)),
    ...(name === undefined ? {} : { name }),
  })
}

/** Where the command line wants an experiment to run, completed by the settings; nothing when it does not say. */
export async function executorOf({ executor }: Invocation, studio: Studio) {
  if (Object.keys(executor).length === 0) return {}
  const settings = await call(studio, 'studio.settings', {})
  return { executor: executorChoiceSchema.parse({ ...settings.executor, ...executor }) }
}
