/** What forks of a run say to people. */
export const forkTexts = {
  fork: 'Fork',
  forkAt: (step: string) => `Fork at step ${step}`,
  heading: (step: string) => `A fork at step ${step}`,
  description: (name: string) =>
    `A new experiment begins with this checkpoint of ${name}. Left as it is, it does what the run did; the method says what may change.`,
  tooFew: (least: number) => `So much is done already: type ${least} or more.`,
  close: 'Close',
  addToQueue: 'Add to the queue',
  failure: 'No fork was made',
  made: (name: string) => `${name} is in the queue`,
  forkedFrom: (step: string, phase: string) => `Forked at step ${step} (${phase}) from`,
  gaveRiseTo: 'Gave rise to',
  whatHelps: 'What may help',
  before: 'What happened before',
  lastLosses: (losses: string) => `Last losses: ${losses}.`,
  failedIn: (phase: string, step: string, total: string) => `Phase: ${phase}; step ${step} of ${total}.`,
  halfRate: 'half the rate',
  againWith: (what: string) => `Again with ${what}`,
  goOnHalfRate: (step: string) => `Go on from step ${step} with half the rate`,
  goOn: (step: string) => `Go on from step ${step}`,
  again: 'Try again',
} as const
