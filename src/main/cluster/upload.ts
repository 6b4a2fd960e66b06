import { open } from 'node:fs/promises'
import { AppException } from '#shared/basics/result.ts'
import { shellWord } from '#shared/cluster/shell-words.ts'
import { sha256Of } from '../files/sha256.ts'
import { textsOf } from './reply-frames.ts'
import type { Ssh } from './ssh.ts'

/** Bytes that are named by their SHA-256. */
export interface RemoteObject {
  readonly sha256: string
  readonly sizeBytes: number
  /** A file here, or the bytes. */
  readonly source: string | Uint8Array
}

/** What is sent by one call, and compared by one digest; a multiple of a mebibyte. */
const PIECE_BYTES = 16 * 2 ** 20

/** Bytes from one offset to another. */
interface Stretch {
  readonly from: number
  readonly to: number
}

/**
 * One object on its way to `objects/SHA256`. It grows in a part beside it, which an upload that is cut leaves behind. What is there
 * of it is compared piece by piece, so that the next upload sends what is missing or damaged and nothing else.
 */
export class Upload {
  readonly #ssh: Ssh
  readonly #root: string
  readonly #part: string
  readonly #object: RemoteObject

  /** @param root absolute; `part` is below it */
  constructor(ssh: Ssh, root: string, part: string, object: RemoteObject) {
    this.#ssh = ssh
    this.#root = root
    this.#part = part
    this.#object = object
  }

  /**
   * @param isBegun an earlier upload left a part
   * @param onSent hears of bytes that need not be sent any more, those that were there before included
   * Throws a connection error, `cluster-folder`, and what reading the source throws.
   */
  async run(isBegun: boolean, onSent: (bytes: number) => void): Promise<void> {
    const { sizeBytes } = this.#object
    let missing = isBegun ? await this.#missing() : wholeOf(sizeBytes)
    onSent(sizeBytes - lengthOf(missing))
    for (let trial = 0; trial < 2; trial++) {
      // What is sent a second time has been counted.
      await this.#send(missing, trial === 0 ? onSent : () => undefined)
      if (await this.#isKept()) return
      missing = await this.#missing()
    }
    throw new AppException({
      code: 'cluster-folder',
      message: 'A file arrived damaged on the cluster, twice.',
      where: `${this.#root}/objects/${this.#object.sha256}`,
      remedy: 'Try again; check the quota and the disk of the folder if it stays so.',
    })
  }

  async #send(stretches: readonly Stretch[], onSent: (bytes: number) => void): Promise<void> {
    for (const { from, to } of stretches) {
      for (let at = from; at < to; at += PIECE_BYTES) {
        const piece = await this.#bytes({ from: at, to: Math.min(to, at + PIECE_BYTES) })
        await this.#ssh.write(`${this.#root}/${this.#part}`, at, piece, onSent)
      }
    }
  }

  /** Gives the part its name where it is what it should be. */
  async #isKept(): Promise<boolean> {
    const { sha256 } = this.#object
    const answer = await this.#ssh.run(
      `
cd -- ${shellWord(this.#root)} || return
[ -f ${this.#part} ] || : >${this.#part}
found=$(sha256sum <${this.#part} | cut -d ' ' -f 1)
[ "$found" != ${sha256} ] || mv -f ${this.#part} objects/${sha256}
part found "$found"
`,
      this.#readingMs,
    )
    return textsOf(answer).get('found') === sha256
  }

  /** What the part lacks, or holds otherwise than the source. */
  async #missing(): Promise<readonly Stretch[]> {
    const { sizeBytes } = this.#object
    const answer = await this.#ssh.run(
      `
cd -- ${shellWord(this.#root)} || return
size=0
[ ! -f ${this.#part} ] || size=$(($(wc -c <${this.#part})))
# Longer than the whole: whatever it is, no piece of it can be kept.
[ "$size" -le ${sizeBytes} ] || { rm -f ${this.#part}; size=0; }
part size "$size"
part digests "$(at=0; while [ $((at * ${PIECE_BYTES})) -lt "$size" ]; do
  dd if=${this.#part} bs=1048576 skip=$((at * ${PIECE_BYTES / 2 ** 20})) count=${PIECE_BYTES / 2 ** 20} status=none | sha256sum
  at=$((at + 1))
done)"
`,
      this.#readingMs,
    )
    const texts = textsOf(answer)
    const size = Math.min(Number(texts.get('size') ?? 0), sizeBytes)
    const digests = (texts.get('digests') ?? '').split('\n').map((line) => line.slice(0, 64))
    const missing: Stretch[] = []
    for (let from = 0; from < size; from += PIECE_BYTES) {
      const there = { from, to: Math.min(size, from + PIECE_BYTES) }
      if (digests[from / PIECE_BYTES] !== sha256Of(await this.#bytes(there))) missing.push(there)
    }
    return size < sizeBytes ? [...missing, { from: size, to: sizeBytes }] : missing
  }

  async #bytes({ from, to }: Stretch): Promise<Uint8Array> {
    const { source } = this.#object
    if (typeof source !== 'string') return source.subarray(from, to)
    const file = await open(source, 'r')
    try {
      const bytes = Buffer.alloc(to - from)
      const { bytesRead } = await file.read(bytes, 0, bytes.byteLength, from)
      return bytes.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  }

  /** Of a script that reads all of it, on a slow disk. */
  get #readingMs(): number {
    return 60_000 + this.#object.sizeBytes / 10_000
  }
}

function wholeOf(sizeBytes: number): readonly Stretch[] {
  return [{ from: 0, to: sizeBytes }]
}

function lengthOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, to }) => sum + to - from, 0)
}
