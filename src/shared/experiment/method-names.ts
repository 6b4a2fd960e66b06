import { directMethodNames } from '../methods/direct/config.ts'

/** Methods of compression as filters and columns name them (docs/method.md). */
export const methodNames = ['nern', 'spectral', ...directMethodNames] as const
export type MethodName = (typeof methodNames)[number]
