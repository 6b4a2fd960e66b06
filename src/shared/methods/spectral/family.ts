import { formatDuration } from '../../basics/format.ts'
import type { FamilyDescription } from '../../experiment/family-description.ts'
import { packagedOutcome } from '../../experiment/plan.ts'
import type { SpectralResult } from '../../experiment/results.ts'
import { formatPackagedResult } from '../../plain-text/packaged-result.ts'
import { spectralSizes } from './accounting.ts'
import { spectralParameters } from './parameters.ts'
import { spectralTitle } from './title.ts'

/** Kernels coded as pictures are: transformed, quantised, entropy coded. */
export const spectralFamily: FamilyDescription<'spectral'> = {
  experimentKind: 'compress',
  noun: 'compression by coded kernels',
  parameters: spectralParameters,
  packageFormat: 'spectral',
  plan: (config) => ({ kind: config.kind, title: spectralTitle(config), steps: config.distillation.steps }),
  nameOf: (config, networkName) => `${networkName} ${spectralTitle(config)}`,
  expectedSizes: spectralSizes,
  predictedLayers: () => undefined,
  outcome: packagedOutcome,
  describeResult: (result) => formatPackagedResult(result, [spectralTime(result)]),
  paceSubject: ({ kind }) => kind,
}

function spectralTime({ seconds: { distillation, compression, evaluation, total } }: SpectralResult): string {
  const trained = distillation > 0 ? `distillation ${formatDuration(distillation)}, ` : ''
  return `time  ${formatDuration(total)} (${trained}compression ${formatDuration(compression)}, evaluation ${formatDuration(evaluation)})`
}
