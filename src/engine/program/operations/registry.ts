/** All operations that programs may use. */
import { AppException } from '#shared/basics/result.ts'
import { activationOperations } from './activations.ts'
import { arithmeticOperations } from './arithmetic.ts'
import { arrangementOperations } from './arrangement.ts'
import { averagePoolingOperations } from './average-pooling.ts'
import { comparisonOperations } from './comparison.ts'
import { convolutionOperations } from './convolution.ts'
import { creationOperations } from './creation.ts'
import { functionOperations } from './functions.ts'
import { lookupOperations } from './lookup.ts'
import { matMulOperations } from './matmul.ts'
import { normalizationOperations } from './normalisation.ts'
import type { Operation, OperationTable } from './operation.ts'
import { maxPoolingOperations } from './max-pooling.ts'
import { reductionOperations } from './reductions.ts'

const families: readonly OperationTable[] = [
  arithmeticOperations,
  comparisonOperations,
  functionOperations,
  activationOperations,
  reductionOperations,
  arrangementOperations,
  creationOperations,
  lookupOperations,
  matMulOperations,
  convolutionOperations,
  maxPoolingOperations,
  averagePoolingOperations,
  normalizationOperations,
]

const operations: ReadonlyMap<string, Operation> = new Map(families.flatMap((family) => Object.entries(family)))

/** Kernel names of TensorFlow.js. */
export function operationNames(): readonly string[] {
  return [...operations.keys()]
}

export function operationFor(name: string): Operation {
  const operation = operations.get(name)
  if (operation !== undefined) return operation
  throw new AppException({ code: 'op-unsupported', message: `Operation ${name} cannot be compiled` })
}
