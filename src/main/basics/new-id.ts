import { randomBytes } from 'node:crypto'

// Without letters and digits that look alike: people read these aloud and type them.
const alphabet = '23456789abcdefghjkmnpqrstuvwxyz'
const RANDOM_CHARACTERS = 10

/** A new id, e.g. `exp-7kq2m9xw4t`: 49 random bits, short enough to type. */
export function newId(
  kind: 'exp' | 'run' | 'net' | 'data' | 'eval' | 'file' | 'batch' | 'view' | 'search' | 'sub' | 'ask',
): string {
  // 248 is the largest multiple of 31 in a byte: bytes above it would favour the first letters.
  let text = ''
  while (text.length < RANDOM_CHARACTERS) {
    for (const byte of randomBytes(RANDOM_CHARACTERS)) {
      if (byte < 248 && text.length < RANDOM_CHARACTERS) text += alphabet[byte % alphabet.length]
    }
  }
  return `${kind}-${text}`
}
