import { existsSync, readFileSync } from 'node:fs'
import os from 'node:os'

/** Processor, cores, memory and system, for the line above a table. */
export function processorAndSystem(): string {
  const memory = `${Math.round(os.totalmem() / 2 ** 30)} GiB`
  return `${processor()}, ${os.cpus().length} cores, ${memory}, ${os.type()} ${os.release()}`
}

/** Its model, and whether it has AVX-512, which decides the kernels that ONNX Runtime and PyTorch choose. */
export function processor(): string {
  return `${os.cpus()[0]?.model.trim()} ${vectors()}`
}

function vectors(): string {
  const path = '/proc/cpuinfo'
  const flags = existsSync(path) ? /^flags\s*:(.*)$/m.exec(readFileSync(path, 'utf8'))?.[1] : undefined
  // Other systems and processors have no such line.
  if (flags === undefined) return '(whether it has AVX-512 is not known)'
  return /\bavx512f\b/.test(flags) ? 'with AVX-512' : 'without AVX-512'
}

/** Average load over 1, 5 and 15 minutes. */
export function loads(): string {
  return os
    .loadavg()
    .map((load) => load.toFixed(2))
    .join(', ')
}
