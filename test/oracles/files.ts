/** What the Python scripts here write and read: lists as JSON, tensors as raw float32. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'

const caseSchema = z.strictObject({
  name: z.string(),
  file: z.string(),
  /** Of the images: [count, 3, height, width]. */
  shape: z.tuple([z.int(), z.literal(3), z.int(), z.int()]),
  images: z.string(),
  logits: z.string(),
  tool: z.string(),
  version: z.string(),
  form: z.string(),
  /** Of `studio network import`. */
  options: z.array(z.string()),
  compress: z.boolean(),
  build: z.string().nullable(),
})
/** A network, images as it sees them, and the logits that its own tool gives. */
export type NetworkCase = Readonly<z.infer<typeof caseSchema>>

const setSchema = z.strictObject({
  name: z.string(),
  tool: z.string(),
  form: z.string(),
  path: z.string(),
  /** By split, sorted: label and SHA-256 of the pixels of each image. */
  expected: z.record(z.string(), z.array(z.string())),
})
/** A data set, and what is in it. */
export type SetCase = Readonly<z.infer<typeof setSchema>>

export function readNetworkCases(path: string): readonly NetworkCase[] {
  return z.array(caseSchema).parse(JSON.parse(readFileSync(path, 'utf8')))
}

export function readSetCases(path: string): readonly SetCase[] {
  return z.array(setSchema).parse(JSON.parse(readFileSync(path, 'utf8')))
}

export function readFloats(path: string): Float32Array {
  const bytes = readFileSync(path)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

/** The largest difference as a share of the largest of `expected`; Infinity where a number is missing or is none. */
export function largestDifference(expected: ArrayLike<number>, found: ArrayLike<number>): number {
  if (expected.length !== found.length) return Infinity
  let largest = 0
  let difference = 0
  for (let i = 0; i < expected.length; i++) {
    const wanted = expected[i] ?? NaN
    const distance = Math.abs(wanted - (found[i] ?? NaN))
    largest = Math.max(largest, Math.abs(wanted))
    difference = Number.isNaN(distance) ? Infinity : Math.max(difference, distance)
  }
  return difference / largest
}
