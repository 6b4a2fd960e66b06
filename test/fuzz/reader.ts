import type { Random } from '#shared/basics/random.ts'
import type { AppErrorCode, Result } from '#shared/basics/result.ts'

/** What the fuzzer has to know of a reader; a new reader is one file under readers/ and its line in readers/index.ts. */
export interface FuzzedReader {
  /** For the table, and for `--reader`. */
  readonly name: string
  /** Valid files of a few kB: what is mutated. */
  readonly seeds: readonly Uint8Array[]
  /** Changes that know the format and put its lengths and checksums right again. */
  readonly mutate: (valid: Uint8Array, random: Random) => Uint8Array
  /** Files made by hand, for what mutations hardly find; each is read once, before the mutated ones. */
  readonly handmade?: readonly Uint8Array[]
  /** Every code that the content of a file can lead to. */
  readonly codes: readonly AppErrorCode[]
  /** Whether the reader takes the file for one of its kind at first sight. */
  isRecognised(bytes: Uint8Array): boolean
  /** Reads the file and looks at everything in it. */
  read(bytes: Uint8Array): Promise<Result<unknown>> | Result<unknown>
}
