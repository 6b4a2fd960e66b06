/** What the presets promise for the chosen network and data set. */
import { formatDuration } from '#shared/basics/format.ts'
import type { ConfigOf, Family } from '#shared/experiment/experiment-config.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { measuredOutcome, type MeasuredOutcome } from '#shared/experiment/measured-outcomes.ts'
import { isMadeFor, type Preset } from '#shared/experiment/preset.ts'
import type { NetworkShape } from '#shared/package/accounting.ts'
import type { DatasetRecord, NetworkRecord } from '#shared/protocol/records.ts'
import { formatPoints, formatRatio } from '../../format/format.ts'
import { newExperimentTexts } from './texts.ts'

interface OfferSources {
  readonly presets: readonly Preset<ConfigOf<Family>>[]
  readonly chosenId: string
  readonly network: NetworkRecord | undefined
  /** Of that network; undefined until it is known. */
  readonly shape: NetworkShape | undefined
  readonly dataset: DatasetRecord | undefined
  /** One a preset, in their order; undefined where a part of a run was never measured on this machine. */
  readonly seconds: readonly (number | undefined)[] | undefined
}

export interface PresetRow {
  readonly id: string
  readonly title: string
  readonly ratio: string
  readonly time: string
  readonly points: string
}

export interface PresetOffer {
  readonly groups: readonly { readonly title: string; readonly rows: readonly PresetRow[] }[]
  /** The network that all shown points were measured on, where it is one. */
  readonly measuredOn: string | undefined
  /** What is known of the chosen one, a sentence each. */
  readonly facts: readonly string[]
  /** Presets made for other networks. */
  readonly hidden: number
}

/** Presets under their headings with ratio, time and points. The chosen one is never left out. */
export function presetOffer(sources: OfferSources): PresetOffer {
  const { presets, chosenId, network, dataset } = sources
  const subject = {
    representedWeights: network?.representedWeights,
    classes: network?.classes,
    pixels: dataset === undefined ? undefined : Math.max(...dataset.imageShape.slice(1)),
  }
  const shown = presets.filter((preset) => preset.id === chosenId || isMadeFor(preset, subject))
  const outcomes = shown.flatMap(({ id }) => measuredOutcome(id, network?.architecture) ?? [])
  const titles = [...new Set(shown.map(({ group = '' }) => group))]
  return {
    groups: titles.map((title) => ({
      title,
      rows: shown.filter(({ group = '' }) => group === title).map((preset) => rowOf(preset, sources)),
    })),
    measuredOn: outcomes.every((outcome) => outcome.network === outcomes[0]?.network)
      ? outcomes[0]?.network.title
      : undefined,
    facts: factsOf(sources),
    hidden: presets.length - shown.length,
  }
}

function rowOf(preset: Preset<ConfigOf<Family>>, sources: OfferSources): PresetRow {
  const { id, title, config } = preset
  const seconds = secondsOf(preset, sources)
  const sizes = sources.shape && familyOf(config).expectedSizes(sources.shape, config)
  return {
    id,
    title,
    ratio: sizes === undefined ? '' : formatRatio(sizes.compressionRatio),
    time: seconds === undefined ? newExperimentTexts.notMeasured : formatDuration(seconds),
    points: pointsOf(measuredOutcome(id, sources.network?.architecture)),
  }
}

function factsOf(sources: OfferSources): readonly string[] {
  const preset = sources.presets.find(({ id }) => id === sources.chosenId)
  if (preset === undefined) return []
  const seconds = secondsOf(preset, sources)
  const outcome = measuredOutcome(preset.id, sources.network?.architecture)
  return [
    preset.description,
    ...(seconds === undefined ? [] : [newExperimentTexts.takesHere(formatDuration(seconds))]),
    outcome === undefined
      ? newExperimentTexts.noLossMeasured
      : newExperimentTexts.lossMeasured(pointsOf(outcome), outcome.network.title, outcome.seeds, outcome.document),
  ]
}

function secondsOf({ id }: Preset<ConfigOf<Family>>, { presets, seconds }: OfferSources): number | undefined {
  return seconds?.[presets.findIndex((preset) => preset.id === id)]
}

function pointsOf(outcome: MeasuredOutcome | undefined): string {
  return outcome === undefined ? '' : formatPoints(outcome.points / 100)
}
