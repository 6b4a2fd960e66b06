/** Options for what a job of a cluster asks for, wherever a command takes them. */
import {
  clusterConfigSchema,
  resourcesSchema,
  type ClusterConfig,
  type Resources,
} from '#shared/cluster/cluster-config.ts'
import { byteCount, repeatedText, text, wholeNumber, type ValuesOf } from './option.ts'
import { UsageError } from './usage-error.ts'

export const resourceOptions = {
  partition: text('PARTITION', 'Where jobs wait.'),
  account: text('ACCOUNT', 'Whom jobs are charged to.'),
  qos: text('QOS', 'Quality of service of the jobs.'),
  cpus: wholeNumber('COUNT', 1, 'Processors of a job; an experiment computes with as many threads.'),
  memory: byteCount('BYTES', 'Memory of a job, such as 4096MiB.'),
  minutes: wholeNumber('COUNT', 1, 'Time limit of a job; a longer experiment goes on in the next.'),
  atOnce: wholeNumber('COUNT', 1, 'Jobs of one batch that run at the same time.'),
  option: repeatedText('OPTION', 'Further option of sbatch, such as --constraint=avx512; may be given several times.'),
}

export type ResourceValues = ValuesOf<typeof resourceOptions>

/** What was given, and of `others` what was not. Throws `UsageError`, by the name of the option. */
export function resourcesFrom(values: ResourceValues, others: Resources): Resources {
  const parsed = resourcesSchema.safeParse(merged(values, others))
  if (parsed.success) return parsed.data
  throw notPossible(parsed.error.issues[0])
}

/** Throws `UsageError`, by the name of the option, for what a cluster cannot be. */
export function clusterFrom(
  reached: Pick<ClusterConfig, 'name' | 'host' | 'folder'>,
  values: ResourceValues,
  others: Resources,
): ClusterConfig {
  const parsed = clusterConfigSchema.safeParse({ ...reached, ...merged(values, others) })
  if (parsed.success) return parsed.data
  throw notPossible(parsed.error.issues[0])
}

function merged(
  { partition, account, qos, cpus, memory, minutes, atOnce, option }: ResourceValues,
  others: Resources,
): object {
  return {
    ...others,
    ...(partition === undefined ? {} : { partition }),
    ...(account === undefined ? {} : { account }),
    ...(qos === undefined ? {} : { qos }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(memory === undefined ? {} : { memoryMib: Math.ceil(memory / 2 ** 20) }),
    ...(minutes === undefined ? {} : { timeLimitMinutes: minutes }),
    ...(atOnce === undefined ? {} : { atOnce }),
    ...(option.length === 0 ? {} : { extraOptions: [...option] }),
  }
}

/** How a field is given, where that is not an option of its name. */
const optionNames: Readonly<Record<string, string>> = {
  name: 'NAME',
  memoryMib: '--memory',
  timeLimitMinutes: '--minutes',
  atOnce: '--at-once',
  extraOptions: '--option',
}

function notPossible(
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
): UsageError {
  const field = String(issue?.path[0])
  return new UsageError(`${optionNames[field] ?? `--${field}`}: ${issue?.message ?? 'is not possible'}.`)
}
