/**
 * Replies of a script on a cluster. What a login shell prints around them (banners, messages of the day) is skipped: each part
 * has a marker line with a number that nobody guesses, its name and its bytes, and a last one ends them.
 */

export interface ReplyPart {
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Shell functions: `part NAME TEXT` sends a part, `parts_end` the last marker. Lengths are counted in bytes (LC_ALL=C). */
export function framingFunctions(nonce: string): string {
  return [
    `part() { printf '\\n@@${nonce} %s %s\\n%s' "$1" "\${#2}" "$2"; }`,
    `parts_end() { printf '\\n@@${nonce} end 0\\n'; }`,
    '',
  ].join('\n')
}

/** The parts of a reply, or undefined where it is torn: a part is shorter than it says, or the end is missing. */
export function readReplyParts(reply: Uint8Array, nonce: string): readonly ReplyPart[] | undefined {
  const marker = new TextEncoder().encode(`\n@@${nonce} `)
  const parts: ReplyPart[] = []
  let at = indexOf(reply, marker, 0)
  while (at >= 0) {
    const start = at + marker.length
    const lineEnd = reply.indexOf(10, start)
    if (lineEnd < 0) return undefined
    const [name = '', size = ''] = new TextDecoder().decode(reply.subarray(start, lineEnd)).split(' ')
    if (name === 'end') return parts
    const sizeBytes = /^\d{1,12}$/.test(size) ? Number(size) : Number.NaN
    const end = lineEnd + 1 + sizeBytes
    if (!(end <= reply.byteLength)) return undefined
    parts.push({ name, bytes: Uint8Array.from(reply.subarray(lineEnd + 1, end)) })
    at = indexOf(reply, marker, end)
  }
  return undefined
}

/** Parts that are text. */
export function textsOf(parts: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, string> {
  const decoder = new TextDecoder()
  return new Map([...parts].map(([name, bytes]) => [name, decoder.decode(bytes).trim()]))
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(10, from); at >= 0; at = bytes.indexOf(10, at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at
  }
  return -1
}
