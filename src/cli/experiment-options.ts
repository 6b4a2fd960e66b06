import type { ParseArgsOptionsConfig } from 'node:util'
import type { Studio } from '#main/studio.ts'
import type { ExperimentConfig } from '#shared/experiment-config.ts'
import { networkPresets } from '#shared/presets.ts'
import type { ExperimentRecord } from '#shared/records.ts'
import { executorChoiceSchema } from '#shared/trainer-protocol.ts'
import { call } from './call.ts'
import { UsageError, type Invocation } from './command.ts'
import { findRecord } from './find-record.ts'
import { applySettings } from './set-option.ts'

export const compressUsage = '--network N --dataset D [--preset P] [--seed S] [--set PATH=VALUE ...] [--name X]'

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
} as const satisfies ParseArgsOptionsConfig

/** The configuration that --preset, --seed and --set make. Throws `UsageError`. */
export function compressConfigFrom({ options }: Invocation) {
  const wanted = options.text('preset') ?? 'fast'
  const preset = networkPresets.find(({ id }) => id === wanted)
  if (preset === undefined) {
    const known = networkPresets.map(({ id }) => id).join(', ')
    throw new UsageError(`There is no preset ${wanted}.`, `Known are: ${known}.`)
  }
  return applySettings(preset.config, [...seedSetting(options.text('seed')), ...options.list('set')])
}

export function seedSetting(seed: string | undefined): readonly string[] {
  return seed === undefined ? [] : [`seed=${seed}`]
}

/** Queues the compression that the options describe; nothing is started. */
export async function createCompression(
  invocation: Invocation,
  studio: Studio,
  keys: { readonly network: string; readonly dataset: string },
): Promise<ExperimentRecord> {
  return createExperiment(invocation, studio, keys, compressConfigFrom(invocation))
}

/** Queues an experiment on a network and a data set, named by their keys; nothing is started. */
export async function createExperiment(
  invocation: Invocation,
  studio: Studio,
  keys: { readonly network: string; readonly dataset: string },
  config: ExperimentConfig,
): Promise<ExperimentRecord> {
  const network = findRecord('network', keys.network, await call(studio, 'networks.list', {}))
  const dataset = findRecord('data set', keys.dataset, await call(studio, 'datasets.list', {}))
  const name = invocation.options.text('name')
  return call(studio, 'experiments.create', {
    config,
    networkId: network.id,
    datasetId: dataset.id,
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
