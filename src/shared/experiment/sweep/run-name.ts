import { familyOf } from '../families.ts'
import { leafTitle } from '../config-leaves.ts'
import { experimentName } from '../experiment-name.ts'
import type { SweepRun } from './expand-sweep.ts'
import type { Sweep } from './sweep.ts'

/** Longest name of an experiment. */
const longestName = 200

/** Name of a run by what it has of its own: `ResNet-20: hidden size 128, seed 2`. */
export function runName({ config, varied }: SweepRun, networkName: string): string {
  if (varied.length === 0) return experimentName(config, networkName)
  const subject = networkName === '' ? familyOf(config).nameOf(config, networkName) : networkName
  const values = varied.map(({ path, value }) =>
    path === 'preset' ? String(value) : `${lowerFirst(leafTitle(path))} ${String(value)}`,
  )
  return `${subject}: ${values.join(', ')}`.slice(0, longestName)
}

/** Name of a batch that nobody named: `ResNet-20: hidden size, predictor stored as`. */
export function sweepName(
  { config, plan, presetIds, networkIds }: Sweep,
  nameOf: (networkId: string) => string,
): string {
  const paths = plan.kind === 'list' ? [] : plan.vary.map(({ path }) => path)
  const varied = [...(presetIds.length > 1 ? ['preset'] : []), ...paths.map((path) => lowerFirst(leafTitle(path)))]
  const [first] = networkIds
  const subject =
    networkIds.length === 1 && first !== undefined ? nameOf(first) : manyNetworks(config, networkIds.length)
  return `${subject}: ${varied.length === 0 ? 'sweep' : varied.join(', ')}`.slice(0, longestName)
}

function manyNetworks(config: Sweep['config'], count: number): string {
  return count === 0 ? familyOf(config).nameOf(config, '') : `${count} networks`
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}
