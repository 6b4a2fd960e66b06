/** What exporters write in ways of their own, one small network each. */
import { activationKinds } from './activations.ts'
import { arithmeticKinds, gateKinds, reductionKinds } from './arithmetic.ts'
import { channelsLastKinds, endingKinds } from './arrangement.ts'
import type { Kind } from './kind.ts'
import { quantisedKinds } from './quantised.ts'

export const onnxKinds: readonly Kind[] = [
  ...activationKinds,
  ...arithmeticKinds,
  ...reductionKinds,
  ...gateKinds,
  ...channelsLastKinds,
  ...endingKinds,
  ...quantisedKinds,
]
