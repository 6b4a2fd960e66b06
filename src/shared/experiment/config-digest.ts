import { keptConfig } from '../methods/nern/kept-config.ts'
import type { ExperimentConfig } from './experiment-config.ts'

/** 16 hexadecimal digits that are the same for equal configurations: two FNV-1a hashes of 32 bits. Not for security. */
export function configDigest(config: ExperimentConfig): string {
  const text = JSON.stringify(sorted('predictor' in config ? keptConfig(config) : config))
  return hash(text, 0x811c9dc5) + hash(text, 0x5bd1e995)
}

function hash(text: string, start: number): string {
  let value = start
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return (value >>> 0).toString(16).padStart(8, '0')
}

/** Fields by name, whatever order they were written in. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]))
}
