/** What the files of a run's kernel history say beside their tensors, as JSON in the metadata of safetensors. */
import { z } from 'zod'
import { sampledLayerSchema } from './kernel-sample.ts'

export const kernelHistoryVersion = 1

/** `kernels/sample.safetensors`: which kernels are shown, with their original values and their places. */
export const kernelSampleSchema = z.strictObject({
  version: z.literal(kernelHistoryVersion),
  layers: z.array(sampledLayerSchema).min(1).max(10_000).readonly(),
})
export type KernelSampleDescription = z.infer<typeof kernelSampleSchema>

/** `kernels/step-<step>.safetensors`: what the run had made of them by then. */
export const kernelSnapshotSchema = z.strictObject({
  version: z.literal(kernelHistoryVersion),
  step: z.int().min(0),
  phase: z.string().min(1).max(200),
  /** ||w - w'|| / ||w|| of each whole layer, in the order of the sample; null where it is no number. */
  errors: z.array(z.number().nullable()).min(1).max(10_000).readonly(),
})
export type KernelSnapshotDescription = z.infer<typeof kernelSnapshotSchema>
