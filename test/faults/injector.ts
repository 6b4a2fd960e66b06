import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Random } from '#shared/basics/random.ts'

/** A fault at one operation of a program on files below a folder. */
export interface Fault {
  /** Number of the operation, from 1. */
  readonly at: number
  /** `kill` ends the process there; `short` writes half and says so. */
  readonly kind: 'ENOSPC' | 'EIO' | 'EACCES' | 'short' | 'kill' | 'torn kill'
}

const faultKinds: readonly Fault['kind'][] = ['ENOSPC', 'EIO', 'EACCES', 'short', 'kill', 'torn kill']

/** One of a program that has so many operations. */
export function randomFault(random: Random, operations: number): Fault {
  return { at: 1 + random.integer(operations), kind: faultKinds[random.integer(faultKinds.length)] ?? 'kill' }
}

const root = process.cwd()
const source = join(root, 'test/faults/inject.c')
const library = join(root, '.cache/faults/inject.so')

/** Whether faults can be injected here: on Linux, with a C compiler. */
export function canInject(): boolean {
  return process.platform === 'linux' && spawnSync('gcc', ['--version']).status === 0
}

/** Builds the injector where it is not built yet. Throws what the compiler said. */
export function buildInjector(): void {
  if (existsSync(library) && statSync(library).mtimeMs > statSync(source).mtimeMs) return
  mkdirSync(join(root, '.cache/faults'), { recursive: true })
  const made = `${library}.${process.pid}`
  const { status, stderr } = spawnSync('gcc', ['-shared', '-fPIC', '-O1', '-o', made, source, '-ldl'], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The injector could not be compiled: ${stderr}`)
  renameSync(made, library)
}

/** Environment of a program that meets this fault; trainers that it starts do not. */
export function faultEnvironment(folder: string, fault: Fault): NodeJS.ProcessEnv {
  const isKill = fault.kind === 'kill' || fault.kind === 'torn kill'
  const errno = fault.kind === 'ENOSPC' || fault.kind === 'EACCES' ? constants.errno[fault.kind] : constants.errno.EIO
  return {
    LD_PRELOAD: library,
    FAULT_FOLDER: folder,
    FAULT_AT: String(fault.at),
    FAULT_ERRNO: String(isKill ? 0 : errno),
    ...(fault.kind === 'short' || fault.kind === 'torn kill' ? { FAULT_SHORT: '1' } : {}),
  }
}

/** Environment of a program whose operations are counted, and the function that reads how many there were. */
export function countingEnvironment(folder: string, logPath: string) {
  return {
    env: { LD_PRELOAD: library, FAULT_FOLDER: folder, FAULT_AT: '0', FAULT_LOG: logPath },
    count: () => readFileSync(logPath, 'utf8').trim().split('\n').length,
  }
}

/** Environment of a program, and of those it starts, whose clock on the wall jumps so long after its start. */
export function clockEnvironment(jumpSeconds: number, afterMs: number): NodeJS.ProcessEnv {
  return { LD_PRELOAD: library, CLOCK_JUMP: String(jumpSeconds), CLOCK_AFTER: String(afterMs) }
}
