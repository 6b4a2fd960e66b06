import { z } from 'zod'

export const splitNames = ['train', 'validation', 'test'] as const
export const splitNameSchema = z.enum(splitNames)
export type SplitName = (typeof splitNames)[number]
