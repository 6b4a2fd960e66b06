import type { FamilyDescription } from '../../experiment/family-description.ts'
import { withFewerImages } from '../../experiment/lighter-steps.ts'
import { packagedOutcome } from '../../experiment/plan.ts'
import { describeKeptTensors } from '../../plain-text/kept-tensors.ts'
import { formatPackagedResult, formatStoringTime } from '../../plain-text/packaged-result.ts'
import { baselineSizes } from './accounting.ts'
import { baselineParameters } from './parameters.ts'
import { baselineTitle } from './title.ts'
import { directForkable } from './forkable.ts'
import { directStages } from './stages.ts'

/** The methods that store the kernels themselves, in fewer bytes. */
export const directFamily: FamilyDescription<'baseline'> = {
  experimentKind: 'compress',
  noun: 'baseline',
  parameters: baselineParameters,
  packageFormat: 'baseline',
  plan: (config) => ({ kind: config.kind, title: baselineTitle(config), steps: config.distillation.steps }),
  methodOf: ({ method }) => method,
  nameOf: (config, networkName) => `${networkName} ${baselineTitle(config)}`,
  namedParameters: [
    'method',
    'quantisation.precision',
    'weightSharing.bits',
    'lowRank.share',
    'pruning.kept',
    'pruning.values',
  ],
  expectedSizes: baselineSizes,
  predictedLayers: () => undefined,
  describeKept: (config) => [
    `Kernels are stored as ${baselineTitle(config)}: near those of the original, not to the bit.`,
    config.distillation.steps > 0
      ? 'The distillation changes all other tensors but the running statistics of batch norms.'
      : describeKeptTensors('All other tensors', config.storage.remainder),
  ],
  forkable: directForkable,
  lighter: (config) => (config.distillation.steps > 0 ? withFewerImages(config) : []),
  outcome: packagedOutcome,
  describeResult: (result) => formatPackagedResult(result, [formatStoringTime(result.seconds)]),
  stages: directStages,
  lossGroup: ({ distillation }) => (distillation.steps > 0 ? 'distilled-kernels' : 'kernels'),
  paceSubject: ({ kind }) => kind,
}
