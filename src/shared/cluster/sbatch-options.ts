import type { Resources } from './cluster-config.ts'

/** What a job asks for, as options of sbatch. */
export function sbatchResources(resources: Resources): readonly string[] {
  const { partition, account, qos, cpus, memoryMib, timeLimitMinutes, extraOptions } = resources
  return [
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(account === undefined ? [] : [`--account=${account}`]),
    ...(qos === undefined ? [] : [`--qos=${qos}`]),
    '--nodes=1',
    '--ntasks=1',
    `--cpus-per-task=${cpus}`,
    `--mem=${memoryMib}M`,
    `--time=${timeLimitMinutes}`,
    ...extraOptions,
  ]
}
