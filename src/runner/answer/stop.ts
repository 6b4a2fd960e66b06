import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppException } from '#shared/basics/result.ts'
import type { AnswerTo, RequestOf } from '#shared/cluster/requests.ts'
import { runFolder, wishFile } from '../run-folder.ts'
import { slurmTool } from './slurm-tool.ts'
import { writeWhole } from './write-whole.ts'

type Ref = RequestOf<'stop'>['runs'][number]

const nameOf = ({ arrayJobId, task }: Ref): string => `${arrayJobId}_${task}`

/**
 * Writes the wish first: a job that starts meanwhile finds it. Jobs that wait are taken out of the queue; one that runs is told
 * through its script alone, so that it keeps a checkpoint in its own time, and when it is to be cancelled by Slurm as well.
 */
export function stop(root: string, { runs, wish }: RequestOf<'stop'>): AnswerTo<'stop'> {
  for (const { runId, submission } of runs) {
    const folder = runFolder(root, runId)
    if (existsSync(folder)) writeWhole(join(folder, wishFile(submission)), wish)
  }
  const names = runs.map(nameOf)
  if (wish === 'cancel') tell(names)
  else {
    tell(['--state=PENDING', ...names])
    tell(['--batch', '--signal=TERM', '--state=RUNNING', ...names])
  }
  return {}
}

/** The job keeps a checkpoint and goes on. */
export function tellCheckpoint({ run }: RequestOf<'checkpoint'>): AnswerTo<'checkpoint'> {
  tell(['--batch', '--signal=USR2', nameOf(run)])
  return {}
}

/** A job that has ended meanwhile is no trouble. Throws `cluster-refused` where Slurm does not answer. */
function tell(words: readonly string[]): void {
  const { isOk, said } = slurmTool('scancel', words)
  if (isOk || /invalid job id|already completed|already completing|invalid job array/i.test(said)) return
  throw new AppException({
    code: 'cluster-refused',
    message: `Slurm does not end the jobs: ${said.replace(/\.$/, '')}.`,
    remedy: 'The wish is noted on the cluster; the studio tries again.',
  })
}
