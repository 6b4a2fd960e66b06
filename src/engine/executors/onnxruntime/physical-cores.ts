import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { countPhysicalCores } from '#shared/execution/physical-cores.ts'

/**
 * How many physical cores there are. ONNX Runtime counts them itself, but on a Linux whose processor it does not know, as
 * virtual machines show, it takes half the logical ones: one of two, and training runs at two thirds of its speed.
 * Undefined where the system does not say: then the runtime counts.
 */
export function physicalCores(folder?: string): number | undefined {
  const files = { list: readdirSync, read: (path: string) => readFileSync(path, 'utf8') }
  return countPhysicalCores(files, availableParallelism(), folder)
}
