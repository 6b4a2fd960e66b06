import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMemoryText } from '#shared/basics/memory-errors.ts'

export interface ProcessEnd {
  /** Nobody says who sent it: the system's killer sends SIGKILL. */
  readonly isKilled: boolean
  /** The last it wrote to its error output. */
  readonly errorText: string
}

/**
 * Knows whether a process ended for want of memory: it said so itself, or the system's killer went round while it ran.
 * Made when the process starts.
 */
export class MemoryWatch {
  readonly #read: () => number | undefined
  readonly #killsBefore: number | undefined

  constructor(read: () => number | undefined = readOutOfMemoryKills) {
    this.#read = read
    this.#killsBefore = read()
  }

  wasShort({ isKilled, errorText }: ProcessEnd): boolean {
    if (isMemoryText(errorText)) return true
    const kills = this.#read()
    return isKilled && kills !== undefined && this.#killsBefore !== undefined && kills > this.#killsBefore
  }
}

/** Processes that Linux ended for want of memory, by the best counter that can be read; undefined where there is none. */
function readOutOfMemoryKills(): number | undefined {
  if (process.platform !== 'linux') return undefined
  for (const path of counterFiles()) {
    const count = countIn(path)
    if (count !== undefined) return count
  }
  return undefined
}

/** Of our own group first (a container has a limit of its own), then of the machine. */
function counterFiles(): readonly string[] {
  const groups = readText('/proc/self/cgroup').split('\n')
  const unified = groups.find((line) => line.startsWith('0::'))?.slice(3)
  const memory = groups.find((line) => /^\d+:([^:]*,)?memory(,[^:]*)?:/.test(line))?.replace(/^[^:]*:[^:]*:/, '')
  return [
    ...(unified === undefined ? [] : [join('/sys/fs/cgroup', unified, 'memory.events')]),
    '/sys/fs/cgroup/memory.events',
    ...(memory === undefined ? [] : [join('/sys/fs/cgroup/memory', memory, 'memory.oom_control')]),
    '/sys/fs/cgroup/memory/memory.oom_control',
    '/proc/vmstat',
  ]
}

function countIn(path: string): number | undefined {
  const found = /^oom_kill (\d+)$/m.exec(readText(path))
  return found === null ? undefined : Number(found[1])
}

/** Empty where there is no such file, as on another version of the system. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
