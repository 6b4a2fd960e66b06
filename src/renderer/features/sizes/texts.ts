/** What this feature says to people. */
export const sizesTexts = {
  originalFloat32: 'Original, 32-bit',
  originalFloat16: 'Original, 16-bit',
  originalInt8: 'Original, int8',
  bytesByPart: 'Bytes by part',
  barIsOriginal: (originalBytes: string) => `The full width is the original, ${originalBytes}.`,
  barIsMore: (originalBytes: string) => `The full width is more than the original, ${originalBytes}.`,
  part: 'Part',
  bytes: 'Bytes',
  ratio: 'Ratio',
  allParts: 'All parts',
} as const
