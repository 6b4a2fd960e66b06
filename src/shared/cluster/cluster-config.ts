/** A Slurm cluster that experiments may run on: how to reach it, where its files lie, and what each job asks for. */
import { z } from 'zod'

/** Options of sbatch that the studio sets itself, or that would change what a job is. */
const ownOptions = new Set([
  'array',
  'batch',
  'chdir',
  'clusters',
  'cpus-per-task',
  'dependency',
  'error',
  'export',
  'export-file',
  'get-user-env',
  'help',
  'ignore-pbs',
  'input',
  'job-name',
  'kill-on-invalid-dep',
  'mem',
  'mem-per-cpu',
  'no-requeue',
  'nodes',
  'ntasks',
  'open-mode',
  'output',
  'parsable',
  'requeue',
  'signal',
  'test-only',
  'time',
  'uid',
  'usage',
  'version',
  'wait',
  'wrap',
])

/** Words that sbatch takes for a partition, an account or a quality of service. */
const slurmName = z
  .string()
  .max(200)
  .regex(/^[\w][\w.,+@-]*$/, 'letters, digits and . , + @ - only')

const extraOption = z
  .string()
  .max(300)
  .regex(/^--[a-z][a-z-]*(=[^\p{Cc}]*)?$/u, 'write it as --name or --name=value')
  .refine((option) => !ownOptions.has(optionName(option)), 'the studio sets this option itself')

function optionName(option: string): string {
  return option.slice(2).split('=')[0] ?? ''
}

/** What a job asks Slurm for. */
const resourceFields = {
  /** Where it waits; the cluster's default where absent. */
  partition: slurmName.exactOptional(),
  /** Whom it is charged to. */
  account: slurmName.exactOptional(),
  /** Quality of service. */
  qos: slurmName.exactOptional(),
  /** Processors of a job; an experiment computes with as many threads. */
  cpus: z.int().min(1, 'at least 1').max(1024, 'at most 1,024'),
  /** Beside the experiment itself, Node and ONNX Runtime take some 200 MiB. */
  memoryMib: z.int().min(256, 'at least 256 MiB').max(8_388_608, 'at most 8 TiB'),
  timeLimitMinutes: z.int().min(1, 'at least a minute').max(525_600, 'at most a year'),
  /** Further options of sbatch, such as `--constraint=avx512`. */
  extraOptions: z.array(extraOption).max(50),
  /** Jobs of one batch that may run at the same time. */
  atOnce: z.int().min(1, 'at least 1').max(10_000, 'at most 10,000'),
}

export const resourcesSchema = z.strictObject(resourceFields)
export type Resources = z.infer<typeof resourcesSchema>

export const clusterConfigSchema = z.strictObject({
  /** For people and for command lines. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'small letters, digits and hyphens, at most 40'),
  /** An alias of ~/.ssh/config, or `user@host`. One that begins with a hyphen would be an option of ssh. */
  host: z
    .string()
    .max(255)
    .regex(/^[\w][\w.@:%+-]*$/, 'an alias of ~/.ssh/config, or user@host'),
  /** Where all files of the studio lie there, on a file system that the nodes see too. */
  folder: z
    .string()
    .max(1000)
    .regex(/^(\/|~\/)[^\p{Cc}]+$/u, 'an absolute path, or one that begins with ~/'),
  ...resourceFields,
})
export type ClusterConfig = z.infer<typeof clusterConfigSchema>

export const defaultResources: Resources = {
  cpus: 2,
  memoryMib: 4096,
  timeLimitMinutes: 60,
  extraOptions: [],
  atOnce: 16,
}

export function resourcesOf({ name: _name, host: _host, folder: _folder, ...resources }: ClusterConfig): Resources {
  return resources
}
