/** Feeds many mutated files to one reader and counts what it answers. */
import { Random } from '#shared/basics/random.ts'
import { appErrorCodes } from '#shared/basics/result.ts'
import { mutateBytes, pick } from './mutate-bytes.ts'
import type { FuzzedReader } from './reader.ts'

/** A reader of files of a few kB that needs longer hangs. Processor time: the machine may be busy. */
const hangMs = 2000

export interface CampaignOptions {
  readonly files: number
  readonly seed: number
  /** Processor time that no file may take. */
  readonly limitMs?: number
  /** Called before every file, so that whoever watches knows which one never came back. */
  onFile?(index: number): void
}

export interface CampaignOutcome {
  readonly reader: string
  readonly files: number
  /** Files that the reader took for one of its kind. */
  readonly recognised: number
  /** Files without an error. */
  readonly accepted: number
  /** Refused files by code. */
  readonly byCode: Readonly<Record<string, number>>
  /** Processor time of the slowest file. */
  readonly slowestMs: number
  /** Largest resident memory above that at the start. */
  readonly peakBytes: number
  /** What no reader may do, each with the seed and index that repeat it; at most some of them. */
  readonly faults: readonly string[]
}

/** Fewer past the first look, and the fuzzer would try the first look alone. */
const leastRecognised = 0.3
const mostBytes = 512 * 2 ** 20

/** What a whole campaign must show beside its faults; each as a sentence where it does not. */
export function shortcomings({ codes }: FuzzedReader, outcome: CampaignOutcome): readonly string[] {
  const { reader, files, recognised, accepted, byCode, peakBytes } = outcome
  const found = Object.keys(byCode)
  const missing = codes.filter((code) => !found.includes(code))
  const unexpected = found.filter((code) => !codes.some((known) => known === code))
  return [
    ...(recognised / files < leastRecognised ? [`${recognised} of ${files} files got past the first look`] : []),
    ...(peakBytes >= mostBytes ? [`took ${Math.round(peakBytes / 2 ** 20)} MiB`] : []),
    // Both sides: a reader that accepts everything, or a fuzzer that breaks everything, would make this blind.
    ...(accepted === 0 ? ['read no file'] : []),
    ...(missing.length > 0 ? [`never answered ${missing.join(', ')}`] : []),
    ...(unexpected.length > 0 ? [`answered ${unexpected.join(', ')}, which it is not known for`] : []),
  ].map((sentence) => `${reader}: ${sentence}`)
}

const mostFaults = 20
/** Of the files that are mutated by their structure, those that bytes are changed in afterwards. */
const shareOfBoth = 0.3
/** Of all files, those in which nothing but bytes are changed. */
const shareOfBytes = 0.3

/** File number `index` of a campaign; depends on nothing but the reader, the seed and the index. */
export function fuzzedFile(reader: FuzzedReader, seed: number, index: number): Uint8Array {
  const handmade = reader.handmade?.[index]
  if (handmade !== undefined) return handmade
  const random = Random.fromSeed(seed, `${reader.name} ${index}`)
  const valid = pick(random, reader.seeds)
  if (random.uniform() < shareOfBytes) return mutateBytes(valid, random)
  const mutated = reader.mutate(valid, random)
  return random.uniform() < shareOfBoth ? mutateBytes(mutated, random) : mutated
}

export async function runCampaign(reader: FuzzedReader, options: CampaignOptions): Promise<CampaignOutcome> {
  const { files, seed, limitMs = hangMs, onFile } = options
  const byCode: Record<string, number> = {}
  const faults: string[] = []
  const baseline = process.memoryUsage.rss()
  const highestBefore = process.resourceUsage().maxRSS * 1024
  let recognised = 0
  let accepted = 0
  let slowestMs = 0
  let highest = baseline
  for (let index = 0; index < files; index++) {
    onFile?.(index)
    const bytes = fuzzedFile(reader, seed, index)
    if (reader.isRecognised(bytes)) recognised += 1
    const started = process.cpuUsage()
    const answer = await answerOf(reader, bytes)
    const { user, system } = process.cpuUsage(started)
    const took = (user + system) / 1000
    slowestMs = Math.max(slowestMs, took)
    highest = Math.max(highest, process.memoryUsage.rss())
    if (answer.code === undefined) accepted += 1
    else byCode[answer.code] = (byCode[answer.code] ?? 0) + 1
    const fault = answer.fault ?? (took > limitMs ? `took ${took.toFixed(0)} ms` : undefined)
    if (fault !== undefined && faults.length < mostFaults) {
      faults.push(`${reader.name}, seed ${seed}, file ${index} (${bytes.byteLength} bytes): ${fault}`)
    }
  }
  const highestAfter = process.resourceUsage().maxRSS * 1024
  // The system's own record counts what came and went within one file; it is of use only where this campaign broke it.
  const peak = highestAfter > highestBefore ? highestAfter : highest
  const peakBytes = peak - baseline
  return { reader: reader.name, files, recognised, accepted, byCode, slowestMs, peakBytes, faults }
}

async function answerOf(
  reader: FuzzedReader,
  bytes: Uint8Array,
): Promise<{ readonly code?: string; readonly fault?: string }> {
  try {
    const result = await reader.read(bytes)
    if (result.ok) return {}
    const { code, message, where, remedy } = result.error
    if (code === 'internal' || !appErrorCodes.includes(code)) return { code, fault: `untyped error: ${message}` }
    if (where === undefined || where === '') return { code, fault: `${code} names no place: ${message}` }
    if (remedy === undefined || remedy === '') return { code, fault: `${code} says no remedy: ${message}` }
    return { code }
  } catch (thrown) {
    const what = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
    return { code: 'thrown', fault: `threw ${what}` }
  }
}
