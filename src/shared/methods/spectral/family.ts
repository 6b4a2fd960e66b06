import type { FamilyDescription } from '../../experiment/family-description.ts'
import { withFewerImages } from '../../experiment/lighter-steps.ts'
import { packagedOutcome } from '../../experiment/plan.ts'
import { formatPackagedResult, formatStoringTime } from '../../plain-text/packaged-result.ts'
import { spectralSizes } from './accounting.ts'
import { describeKeptOfCodes } from './kept.ts'
import { spectralParameters } from './parameters.ts'
import { spectralTitle } from './title.ts'
import { spectralForkable } from './forkable.ts'
import { spectralStages } from './stages.ts'

/** Kernels coded as pictures are: transformed, quantised, entropy coded. */
export const spectralFamily: FamilyDescription<'spectral'> = {
  experimentKind: 'compress',
  noun: 'compression by coded kernels',
  parameters: spectralParameters,
  packageFormat: 'spectral',
  plan: (config) => ({ kind: config.kind, title: spectralTitle(config), steps: config.distillation.steps }),
  methodOf: () => 'spectral',
  nameOf: (config, networkName) => `${networkName} ${spectralTitle(config)}`,
  namedParameters: ['transform', 'size.target', 'size.ratio', 'size.bytes', 'size.step'],
  expectedSizes: spectralSizes,
  predictedLayers: () => undefined,
  describeKept: describeKeptOfCodes,
  forkable: spectralForkable,
  lighter: (config) => (config.distillation.steps > 0 ? withFewerImages(config) : []),
  outcome: packagedOutcome,
  describeResult: (result) => formatPackagedResult(result, [formatStoringTime(result.seconds)]),
  stages: spectralStages,
  lossGroup: ({ distillation }) => (distillation.steps > 0 ? 'distilled-codes' : 'codes'),
  paceSubject: ({ kind }) => kind,
}
