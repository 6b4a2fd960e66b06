import { familyOf } from '../families.ts'
import { leafTitle } from '../config-leaves.ts'
import type { SweepRun } from './expand-sweep.ts'

/** Longest name of an experiment. */
const longestName = 200

/** Name of a run by what it has of its own: `ResNet-20: hidden size 128, seed 2`. */
export function runName({ config, varied }: SweepRun, networkName: string): string {
  if (varied.length === 0) return familyOf(config).nameOf(config, networkName)
  const subject = networkName === '' ? familyOf(config).nameOf(config, networkName) : networkName
  const values = varied.map(({ path, value }) =>
    path === 'preset' ? String(value) : `${lowerFirst(leafTitle(path))} ${String(value)}`,
  )
  return `${subject}: ${values.join(', ')}`.slice(0, longestName)
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}
