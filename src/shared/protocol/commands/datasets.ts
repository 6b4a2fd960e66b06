/** What can be asked of data sets of the library. */
import { z } from 'zod'
import type { DatasetPlan } from '../../dataset/dataset-plan.ts'
import { splitNameSchema } from '../../dataset/split-name.ts'
import { empty, fileToken, id, name, taskId } from '../fields.ts'
import type { DatasetRecord, SplitName } from '../records.ts'
import { imageImportSchema } from '../trainer-protocol.ts'

/** Their input schemas; a part of `commandInputs`. */
export const datasetInputs = {
  'datasets.list': empty,
  'datasets.get': z.strictObject({ id }),
  'datasets.import': z.strictObject({
    taskId,
    file: fileToken,
    name: name.optional(),
    images: imageImportSchema.partial().optional(),
    /** True takes a set in whose plan has oddities. */
    accept: z.boolean().optional(),
  }),
  /** What an import of a file or folder would give. */
  'datasets.plan': z.strictObject({
    taskId,
    file: fileToken,
    split: imageImportSchema.shape.split.optional(),
  }),
  'datasets.rename': z.strictObject({ id, name }),
  'datasets.trash': z.strictObject({ id }),
  'datasets.restore': z.strictObject({ id }),
  /** For good, from the trash. */
  'datasets.remove': z.strictObject({ id }),
  /** `count` images of a split from `offset`. */
  'datasets.samples': z.strictObject({
    id,
    split: splitNameSchema,
    offset: z.int().min(0),
    count: z.int().min(1).max(400),
  }),
  /** The images of a split with these indices, in this order. */
  'datasets.images': z.strictObject({ id, split: splitNameSchema, indices: z.array(z.int().min(0)).min(1).max(400) }),
} as const satisfies Record<string, z.ZodType>

export interface ImportedDataset extends DatasetRecord {
  /** False for a data set that was in the library already, by content; it keeps its name. */
  readonly isNew: boolean
}

export interface DatasetDetail {
  readonly record: DatasetRecord
  /** Images a class, per split, in class order. */
  readonly classCounts: Readonly<Record<SplitName, readonly number[]>>
}

export interface DatasetSamples extends DatasetImages {
  readonly offset: number
  readonly count: number
}

export interface DatasetImages {
  /** RGB, row-major HWC, one byte a channel: ready for a canvas. */
  readonly pixels: Uint8Array
  readonly labels: readonly number[]
  readonly height: number
  readonly width: number
}

/** A part of `CommandOutputs`. */
export interface DatasetOutputs {
  'datasets.list': readonly DatasetRecord[]
  'datasets.get': DatasetDetail
  'datasets.import': ImportedDataset
  'datasets.plan': DatasetPlan
  'datasets.rename': DatasetRecord
  'datasets.trash': undefined
  'datasets.restore': undefined
  'datasets.remove': undefined
  'datasets.samples': DatasetSamples
  'datasets.images': DatasetImages
}
