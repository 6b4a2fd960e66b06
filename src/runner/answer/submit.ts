import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AppException } from '#shared/basics/result.ts'
import { jobNameOf, parseQueue } from '#shared/cluster/squeue.ts'
import type { AnswerTo, RequestOf } from '#shared/cluster/requests.ts'
import * as layout from '../run-folder.ts'
import { jobScript } from './job-script.ts'
import { addToPin } from './pins.ts'
import { queueOf, slurmTool } from './slurm-tool.ts'
import { writeWhole } from './write-whole.ts'

const SUBMITTED_FILE = 'submitted.json'
const submittedSchema = z.strictObject({ arrayJobId: z.int().min(1) })

/**
 * Writes what the jobs need and submits one array. A submission that Slurm has already, because an earlier reply was lost, is
 * found by the file it left or by its name; should both fail, the claim of each run lets only one job compute it.
 */
export function submit(root: string, runtime: string, request: RequestOf<'submit'>): AnswerTo<'submit'> {
  const batch = layout.batchFolder(root, request.submission)
  mkdirSync(batch, { recursive: true })
  addToPin(
    root,
    request.studio,
    request.tasks.map(({ runId }) => runId),
  )
  for (const { sha256, files } of request.datasets) linkDataset(root, sha256, files)
  request.tasks.forEach((task, index) => {
    mkdirSync(layout.runFolder(root, task.runId), { recursive: true })
    writeWhole(join(batch, layout.taskFile(index)), JSON.stringify(task))
  })
  writeWhole(join(batch, 'batch.json'), JSON.stringify({ runtime: request.runtime, program: request.program }))
  const script = join(batch, 'job.sh')
  writeWhole(script, jobScript)
  const known = earlier(batch) ?? queued(request.submission)
  const arrayJobId = known ?? enter(request, batch, script, [root, ...programOf(runtime, request), request.submission])
  writeWhole(join(batch, SUBMITTED_FILE), JSON.stringify({ arrayJobId }))
  return { arrayJobId }
}

function programOf(runtime: string, { program }: RequestOf<'submit'>): readonly string[] {
  return [join(runtime, 'node'), join(runtime, 'programs', program, 'runner.js')]
}

function earlier(batch: string): number | undefined {
  const path = join(batch, SUBMITTED_FILE)
  return existsSync(path) ? submittedSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).arrayJobId : undefined
}

/** By its name. Throws `cluster-refused` where Slurm does not answer: it might hold the job. */
function queued(submission: string): number | undefined {
  const name = jobNameOf(submission)
  const found = queueOf([name])
  if (!found.isOk) throw refused(found.said)
  return parseQueue(found.stdout).find(({ jobName }) => jobName === name)?.arrayJobId
}

function enter(request: RequestOf<'submit'>, batch: string, script: string, words: readonly string[]): number {
  const scontrol = slurmTool('sh', ['-c', 'command -v scontrol']).stdout.trim()
  const entered = slurmTool('sbatch', [
    '--parsable',
    `--job-name=${jobNameOf(request.submission)}`,
    `--chdir=${batch}`,
    `--output=${join(batch, 'output-%a.txt')}`,
    '--requeue',
    '--open-mode=append',
    '--export=NIL',
    ...request.options,
    script,
    ...words,
    scontrol,
  ])
  const [, id] = /^(\d+)/.exec(entered.stdout.trim().split('\n').at(-1) ?? '') ?? []
  if (!entered.isOk || id === undefined) throw refused(entered.said)
  return Number(id)
}

function refused(said: string): AppException {
  return new AppException({
    code: 'cluster-refused',
    message: `Slurm does not take the jobs: ${said.replace(/\.$/, '')}.`,
    remedy: 'Change partition, account, time, memory or the further options of the cluster, then submit again.',
  })
}

/** An image cache is a folder of three files, which are objects. */
function linkDataset(root: string, sha256: string, files: readonly { name: string; sha256: string }[]): void {
  const folder = join(root, 'datasets', sha256)
  mkdirSync(folder, { recursive: true })
  for (const file of files) {
    const path = join(folder, file.name)
    if (!existsSync(path)) symlinkSync(join('..', '..', 'objects', file.sha256), path)
  }
}
