/** The bytes of `text` in UTF-8 (RFC 3629); half a surrogate pair becomes U+FFFD. Pure folders have no TextEncoder. */
export function utf8(text: string): Uint8Array {
  const bytes: number[] = []
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    if (point < 0x80) bytes.push(point)
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), continuation(point, 0))
    else if (point >= 0xd800 && point <= 0xdfff) bytes.push(0xef, 0xbf, 0xbd)
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), continuation(point, 6), continuation(point, 0))
    else bytes.push(0xf0 | (point >> 18), continuation(point, 12), continuation(point, 6), continuation(point, 0))
  }
  return Uint8Array.from(bytes)
}

/** A byte behind the first: the six bits of `point` from bit `shift` on. */
function continuation(point: number, shift: number): number {
  return 0x80 | ((point >> shift) & 0x3f)
}
