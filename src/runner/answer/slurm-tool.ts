import { spawnSync } from 'node:child_process'
import { userInfo } from 'node:os'
import { squeueFormat } from '#shared/cluster/squeue.ts'

export interface ToolEnd {
  readonly isOk: boolean
  readonly stdout: string
  /** The last line of what it said of trouble. */
  readonly said: string
}

const TIMEOUT_MS = 45_000

/** One of Slurm's tools, found on the PATH. Never throws. */
export function slurmTool(name: string, args: readonly string[]): ToolEnd {
  const { status, stdout, stderr, error } = spawnSync(name, args, {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: 64 * 2 ** 20,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = error === undefined ? (stderr.trim().split('\n').at(-1) ?? '') : error.message
  return { isOk: error === undefined && status === 0, stdout: stdout ?? '', said }
}

/** Jobs of these names, those included that have ended a short while ago. Names that Slurm does not know are no error. */
export function queueOf(jobNames: readonly string[]): ToolEnd {
  const { username } = userInfo()
  return slurmTool('squeue', ['-h', '-r', '-t', 'all', '-u', username, '-n', jobNames.join(','), '-o', squeueFormat])
}
