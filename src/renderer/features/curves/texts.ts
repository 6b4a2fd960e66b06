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
  open: (name: string) => `Open ${name}`,
} as const
