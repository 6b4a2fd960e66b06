import type { GroupBand } from '../../charts/group-curves.ts'
import type { CurveGrouping } from '../../state/charts.svelte.ts'

/** What this feature says to people. */
export const curvesTexts = {
  curves: 'Curves',
  experiments: 'Experiments',
  subtitle: (count: string) => `${count} over each other: the latest run of each.`,
  legend: 'Experiments in the charts',
  metric: 'Metric',
  allMetrics: 'All metrics',
  note: 'drag to zoom, a click on a curve opens its run',
  noPoints: 'None of the experiments shown has a point.',
  noRuns: 'Nothing to draw',
  noRunsText: 'None of these experiments has run yet. Their curves appear here as soon as one does.',
  chooseExperiments: 'Choose experiments',
  failure: 'The curves could not be read',
  tryAgain: 'Try again',
  withoutWallTime: (count: number) =>
    `${count} ${count === 1 ? 'run has' : 'runs have'} no wall time: it was made before that was kept.`,
  grouping: 'Grouping',
  groupings: {
    none: 'Every run',
    seeds: 'Mean over seeds',
    method: 'Mean by method',
    network: 'Mean by network',
    batch: 'Mean by batch',
  } satisfies Record<CurveGrouping, string>,
  band: 'Band',
  bands: { deviation: 'Deviation', range: 'Lowest to highest' } satisfies Record<GroupBand, string>,
  groupOf: (name: string, count: number) => (count === 1 ? name : `${name} (${count})`),
  scatter: 'One value against another',
  scatterNote: (shown: string, all: string) => `${shown} of ${all} experiments have both; a click opens one`,
  across: 'Across',
  upwards: 'Upwards',
  logarithmicAcross: 'Logarithmic across',
  logarithmicUpwards: 'Logarithmic upwards',
  noPoint: 'None of the experiments shown has both values.',
  against: (y: string, x: string) => `${y} against ${x}`,
  open: (name: string) => `Open ${name}`,
} as const
