/** Functions that a network applies number by number. What they compute says src/engine/network/activations.ts. */
import { z } from 'zod'

const named = <Name extends string>(name: Name) => z.strictObject({ name: z.literal(name) })
const number = z.number()

/** As a description of a network holds it; the numbers are those of ONNX's operators of the same names. */
export const activationSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('affine'), scale: number, shift: number }),
  z.strictObject({ name: z.literal('celu'), alpha: number.positive() }),
  /** Between bounds; one that is left out is none. */
  z.strictObject({ name: z.literal('clip'), low: number.exactOptional(), high: number.exactOptional() }),
  z.strictObject({ name: z.literal('elu'), alpha: number }),
  named('erf'),
  named('gelu'),
  named('gelu-tanh'),
  z.strictObject({ name: z.literal('hard-sigmoid'), alpha: number, beta: number }),
  named('mish'),
  z.strictObject({ name: z.literal('selu'), alpha: number, gamma: number }),
  named('softplus'),
  named('softsign'),
  named('tanh'),
  z.strictObject({ name: z.literal('thresholded-relu'), alpha: number }),
])
export type Activation = z.infer<typeof activationSchema>
