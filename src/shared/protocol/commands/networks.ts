/** What can be asked of networks of the library. */
import { z } from 'zod'
import { splitNameSchema } from '../../dataset/split-name.ts'
import type { PreprocessingTrial } from '../../network/preprocessing-trial.ts'
import { preprocessingChangesSchema } from '../../network/preprocessing.ts'
import { empty, fileToken, id, name, taskId } from '../fields.ts'
import type { EvaluationRecord, NetworkDetail, NetworkRecord } from '../records.ts'
import { networkFileFields, type RecognisedNetwork, type StateDictChoice } from '../trainer-protocol.ts'

/** Their input schemas; a part of `commandInputs`. */
export const networkInputs = {
  'networks.list': empty,
  'networks.get': z.strictObject({ id }),
  'networks.import': z.strictObject({
    taskId,
    file: fileToken,
    ...networkFileFields,
    name: name.optional(),
    preprocessing: preprocessingChangesSchema.optional(),
  }),
  /** What an import of this file would store; nothing is stored. */
  'networks.inspect': z.strictObject({
    taskId,
    file: fileToken,
    ...networkFileFields,
    preprocessing: preprocessingChangesSchema.optional(),
  }),
  /** Accuracy under the usual preprocessings, on images spread over the validation split (the test split without one). */
  'networks.try-preprocessings': z.strictObject({
    taskId,
    id,
    datasetId: id,
    /** At most so many images. */
    limit: z.int().min(1).max(100_000),
  }),
  /** The same weights under another preprocessing, as a network of its own. */
  'networks.derive': z.strictObject({
    taskId,
    id,
    preprocessing: preprocessingChangesSchema,
    name: name.optional(),
  }),
  'networks.rename': z.strictObject({ id, name }),
  'networks.trash': z.strictObject({ id }),
  'networks.restore': z.strictObject({ id }),
  /** For good, from the trash. */
  'networks.remove': z.strictObject({ id }),
  'networks.evaluate': z.strictObject({
    taskId,
    id,
    datasetId: id,
    split: splitNameSchema,
    /** Only the first so many images; 0 = all. */
    limit: z.int().min(0),
  }),
  /** Kernels of one represented layer, at most `count`. */
  'networks.kernels': z.strictObject({ id, layer: z.string(), count: z.int().min(1).max(4096) }),
} as const satisfies Record<string, z.ZodType>

/** What a network file holds. */
export interface NetworkInspection {
  /** Absent where the file holds several networks and no key says which. */
  readonly recognised?: RecognisedNetwork
  /** The state dicts that a key may name; empty for ONNX. */
  readonly stateDicts: readonly StateDictChoice[]
  /** The network of the library with just this content: an import would give that one. */
  readonly known?: Pick<NetworkRecord, 'id' | 'name'>
}

export interface ImportedNetwork extends NetworkRecord {
  /** False for a network that was in the library already, by content; it keeps its name and origin. */
  readonly isNew: boolean
  /** What was done to the content of this file, a sentence each. */
  readonly notes: readonly string[]
}

/** A part of `CommandOutputs`. */
export interface NetworkOutputs {
  'networks.list': readonly NetworkRecord[]
  'networks.get': NetworkDetail
  'networks.import': ImportedNetwork
  'networks.inspect': NetworkInspection
  'networks.try-preprocessings': PreprocessingTrial
  'networks.derive': ImportedNetwork
  'networks.rename': NetworkRecord
  'networks.trash': undefined
  'networks.restore': undefined
  'networks.remove': undefined
  'networks.evaluate': EvaluationRecord
  'networks.kernels': {
    readonly kernelShape: readonly [number, number]
    readonly count: number
    readonly kernels: Float32Array
  }
}
