/** All operations that programs may use. */
import { AppException } from '#shared/basics/result.ts'
import { arrangementOperations } from './arrangement.ts'
import { convolutionOperations } from './convolution.ts'
import { creationOperations } from './creation.ts'
import { elementwiseOperations } from './elementwise.ts'
import { lookupOperations } from './lookup.ts'
import { matMulOperations } from './matmul.ts'
import { normalizationOperations } from './normalization.ts'
import type { Operation, OperationTable } from './operation.ts'
import { poolingOperations } from './pooling.ts'
import { reductionOperations } from './reductions.ts'

const families: readonly OperationTable[] = [
  elementwiseOperations,
  reductionOperations,
  arrangementOperations,
  creationOperations,
  lookupOperations,
  matMulOperations,
  convolutionOperations,
  poolingOperations,
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
