import { AppException } from '#shared/basics/result.ts'
import type { CompressionMethod } from '../method.ts'

/** Kernels coded as pictures are (docs/method.md). */
export const spectral: CompressionMethod<'spectral'> = {
  start: () => Promise.reject(notThere()),
  decode: () => Promise.reject(notThere()),
}

function notThere(): AppException {
  return new AppException({ code: 'internal', message: 'Spectral codes cannot be computed yet.' })
}
