/** What nern_load.py makes of packages, and the studio's own values in the same form. */
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { expect } from 'vitest'
import type { Preprocessing } from '#shared/network/preprocessing.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { pythonLoader, runPython } from './python.ts'
import { temporaryFolder } from './temporary-folder.ts'

interface Content {
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly crc32: number }>>
  readonly preprocessing: Preprocessing
}

type Outcome = Content | { readonly error: string }

export function outcomesByPython(packages: readonly Uint8Array[]): readonly Outcome[] {
  const folder = temporaryFolder()
  const paths = packages.map((bytes, at) => {
    const path = join(folder, String(at))
    writeFileSync(path, bytes)
    return path
  })
  const script = join(import.meta.dirname, '../fixtures/networks/load_all.py')
  const lines = runPython([script, dirname(pythonLoader), ...paths])
    .trimEnd()
    .split('\n')
  // The script prints an object of this kind a line.
  return lines.map((line) => JSON.parse(line) as Outcome)
}

/** What the studio makes of a package, as the script prints it: all that is no number counts as one. */
export function contentOf(preprocessing: Preprocessing, tensors: HostTensors): Content {
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    const values = Float32Array.from(tensor.data, (value) => (Number.isNaN(value) ? NaN : value))
    return [name, { shape: tensor.shape, crc32: crc32(new Uint8Array(values.buffer)) }] as const
  })
  return { tensors: Object.fromEntries(entries), preprocessing }
}

/**
 * Of damaged files nern_load.py gives what the studio gives, or refuses them.
 * @param contentOfFile undefined for one that the studio refuses
 */
export function expectAgreement(
  damaged: readonly Uint8Array[],
  contentOfFile: (bytes: Uint8Array) => Content | undefined,
): void {
  const outcomes = outcomesByPython(damaged)
  expect(outcomes).toHaveLength(damaged.length)
  damaged.forEach((bytes, at) => {
    const content = contentOfFile(bytes)
    const outcome = outcomes[at]
    // Python's reader of JSON goes less deep, and nobody but people reads a configuration.
    const isTooDeep = outcome !== undefined && 'error' in outcome && outcome.error.includes('RecursionError')
    if (content !== undefined && !isTooDeep) expect(outcome, `file ${at}`).toEqual(content)
  })
}
