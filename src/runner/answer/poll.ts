/** What a look at the runs finds: the queue, and what each run has written since the last one. */
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { MOST_LINE_BYTES } from '#shared/cluster/remote-events.ts'
import { jobNameOf, parseQueue } from '#shared/cluster/squeue.ts'
import {
  MOST_POLLED_BYTES,
  MOST_POLLED_BYTES_OF_RUN,
  type AnswerTo,
  type PolledFiles,
  type RequestOf,
} from '#shared/cluster/requests.ts'
import * as layout from '../run-folder.ts'
import { queueOf, slurmTool } from './slurm-tool.ts'

type Looked = RequestOf<'poll'>['runs'][number]

const MOST_RESULT_BYTES = 16 * 2 ** 20
const OUTPUT_TAIL_BYTES = 2000

/** One squeue, whatever the number of runs. It is asked by name: an array that was submitted twice is found, and so is one that Slurm has forgotten. */
export function poll(root: string, { runs }: RequestOf<'poll'>): AnswerTo<'poll'> {
  const names = [...new Set(runs.map(({ submission }) => jobNameOf(submission)))]
  const asked = queueOf(names)
  let room = MOST_POLLED_BYTES
  const found = runs.map((run): [string, PolledFiles] => {
    const files = lookAt(root, run, room)
    room -= files.pieces.reduce((sum, { text }) => sum + text.length, 0)
    return [run.runId, files]
  })
  if (asked.isOk) startNow(asked.stdout, runs, new Map(found))
  return { ...(asked.isOk ? { queue: asked.stdout } : {}), runs: Object.fromEntries(found) }
}

/** Slurm lets a job that it put into the queue again wait two minutes; one that has begun before need not. */
function startNow(queue: string, runs: readonly Looked[], found: ReadonlyMap<string, PolledFiles>): void {
  for (const line of parseQueue(queue)) {
    if (line.state !== 'PENDING' || line.reason !== 'BeginTime') continue
    const run = runs.find(({ submission, task }) => jobNameOf(submission) === line.jobName && task === line.task)
    if (run === undefined || (found.get(run.runId)?.newestAttempt ?? 0) === 0) continue
    slurmTool('scontrol', ['update', `JobId=${line.arrayJobId}_${line.task}`, 'StartTime=now'])
  }
}

function lookAt(root: string, run: Looked, room: number): PolledFiles {
  const folder = layout.runFolder(root, run.runId)
  if (!existsSync(folder)) return { hasFolder: false, newestAttempt: 0, outputTail: '', pieces: [], hasMore: false }
  const names = readdirSync(folder)
  const attempts = names.includes(layout.ATTEMPTS) ? readdirSync(join(folder, layout.ATTEMPTS)) : []
  // A result takes a number as well, but writes no events.
  const newest = layout.newestAttempt(attempts.filter((attempt) => names.includes(layout.eventsFile(Number(attempt)))))
  const claim = layout.claimFile(run.submission)
  const wish = layout.wishFile(run.submission)
  const ended = layout.endedFile(newest)
  const events = join(folder, layout.eventsFile(newest))
  const hasEnded = names.includes(ended)
  return {
    hasFolder: true,
    newestAttempt: newest,
    ...(names.includes(claim) ? { claim: readlinkSync(join(folder, claim)) } : {}),
    ...(names.includes(layout.RESULT_FILE) ? { result: textOf(join(folder, layout.RESULT_FILE)) } : {}),
    ...(hasEnded ? { ended: textOf(join(folder, ended)) } : {}),
    ...(names.includes(wish) ? { wish: wishOf(textOf(join(folder, wish))) } : {}),
    ...(newest > 0 ? { silentSeconds: Math.max(0, (Date.now() - statSync(events).mtimeMs) / 1000) } : {}),
    outputTail: hasEnded ? '' : tailOf(join(layout.batchFolder(root, run.submission), layout.outputFile(run.task))),
    ...readEvents(folder, run, newest, Math.min(room, MOST_POLLED_BYTES_OF_RUN)),
  }
}

function readEvents(
  folder: string,
  { attempt: from, offset: start }: Looked,
  newest: number,
  most: number,
): Pick<PolledFiles, 'pieces' | 'hasMore'> {
  const pieces: PolledFiles['pieces'] = []
  let room = most
  for (let attempt = Math.max(1, from); attempt <= newest; attempt++) {
    const offset = attempt === from ? start : 0
    const path = join(folder, layout.eventsFile(attempt))
    // An attempt that was killed at once has none.
    if (!existsSync(path)) continue
    const { text, isAll } = wholeLines(path, offset, room)
    if (text !== '') pieces.push({ attempt, offset, text })
    room -= text.length
    if (!isAll) return { pieces, hasMore: true }
  }
  return { pieces, hasMore: false }
}

/** What stands behind the last line break is not written yet, or never will be. */
function wholeLines(path: string, offset: number, most: number): { readonly text: string; readonly isAll: boolean } {
  const file = openSync(path, 'r')
  try {
    const left = Math.max(0, fstatSync(file).size - offset)
    const bytes = Buffer.alloc(Math.max(0, Math.min(left, most)))
    const read = readSync(file, bytes, 0, bytes.byteLength, offset)
    const lastBreak = bytes.subarray(0, read).lastIndexOf(10)
    // A line longer than any event is no event, and must not keep those behind it from being read.
    const end = lastBreak < 0 && read > MOST_LINE_BYTES ? read : lastBreak + 1
    return { text: bytes.toString('latin1', 0, end), isAll: read === left }
  } finally {
    closeSync(file)
  }
}

function textOf(path: string): string {
  return statSync(path).size > MOST_RESULT_BYTES ? '' : readFileSync(path, 'utf8')
}

function tailOf(path: string): string {
  if (!existsSync(path)) return ''
  const text = readFileSync(path)
  return text.subarray(Math.max(0, text.byteLength - OUTPUT_TAIL_BYTES)).toString('utf8')
}

function wishOf(text: string): 'pause' | 'cancel' {
  return text.trim() === 'cancel' ? 'cancel' : 'pause'
}
