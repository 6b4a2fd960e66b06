/** The command line that makes an experiment again. */
import { changedLeaves } from './config-leaves.ts'
import type { ExperimentConfig } from './experiment-config.ts'
import { familyOf } from './families.ts'
import { nearestPreset } from './presets.ts'

/** What a command names beside the configuration. */
export interface CommandSubject {
  /** Absent where the experiment needs none. */
  readonly networkName?: string | undefined
  readonly datasetName: string
  /** The completed experiment that it goes on from, with the run that its configuration names. */
  readonly start?: { readonly name: string; readonly runId: string; readonly config: ExperimentConfig } | undefined
}

/** One line for a shell, from the checkout of the studio. */
export function commandOf(config: ExperimentConfig, subject: CommandSubject): string {
  return ['npm run studio --', ...argumentsOf(config, subject).map(quoted)].join(' ')
}

/** What stands behind `studio`. */
export function argumentsOf(config: ExperimentConfig, subject: CommandSubject): readonly string[] {
  const { networkName, datasetName } = subject
  const base = startOf(config, subject)
  const changes = [...changedLeaves(config, base.config)].map(([path, value]) => ['--set', `${path}=${String(value)}`])
  const trained = familyOf(config).experimentKind === 'train'
  const network = networkName === undefined ? [] : [trained ? '--from' : '--network', networkName]
  return [...base.words, ...(base.isOfAnother ? [] : network), '--dataset', datasetName, ...changes.flat()]
}

interface CommandStart {
  readonly words: readonly string[]
  /** What the words alone make. */
  readonly config: ExperimentConfig
  /** It brings its network. */
  readonly isOfAnother: boolean
}

function startOf(config: ExperimentConfig, { start, networkName }: CommandSubject): CommandStart {
  if (start !== undefined) {
    const continued = familyOf(start.config).continued?.(start.config, start.runId) ?? start.config
    return { words: ['run', '--from', start.name], config: continued, isOfAnother: true }
  }
  const preset = nearestPreset(config)
  if (familyOf(config).experimentKind === 'compress') {
    return { words: ['run', '--preset', preset.id], config: preset.config, isOfAnother: false }
  }
  const architecture = String(Reflect.get(config, 'architecture'))
  // A network to start from brings its architecture.
  const words = networkName === undefined ? ['train', '--arch', architecture] : ['train']
  return { words, config: { ...preset.config, ...{ architecture } }, isOfAnother: false }
}

/** As a shell takes it; plain words as they are. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
