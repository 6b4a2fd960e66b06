/**
 * `npm run fuzz -- [--files N] [--seed N] [--reader NAME]`: mutated files against every reader, each reader in a process
 * of its own, so that a crash, a hang or a lack of memory is seen from outside and ends nothing else. Prints a table;
 * exit code 1 when a reader did what none may do.
 */
import { fork } from 'node:child_process'
import { parseArgs } from 'node:util'
import { formatTable } from '#shared/plain-text/table.ts'
import { runCampaign, shortcomings, type CampaignOutcome } from './campaign.ts'
import { fuzzedReaders } from './readers/index.ts'

/** Without a sign of life for so long, a reader is stuck in one file: far beyond what any file may take. */
const stuckMs = 60_000
/** A message a file would take longer than reading it. */
const filesPerMessage = 100

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    reader: { type: 'string' },
    child: { type: 'boolean', default: false },
  },
})
const files = Number(values.files)
const seed = Number(values.seed)

if (values.child) await runChild(values.reader ?? '')
else process.exitCode = await runAll()

async function runChild(name: string): Promise<void> {
  const reader = fuzzedReaders.find((each) => each.name === name)
  if (reader === undefined) throw new Error(`there is no reader ${name}`)
  const onFile = (index: number) => {
    if (index % filesPerMessage === 0) process.send?.({ index })
  }
  const outcome = await runCampaign(reader, { files, seed, onFile })
  process.send?.({ outcome })
}

async function runAll(): Promise<number> {
  const readers = fuzzedReaders.filter(({ name }) => values.reader === undefined || name === values.reader)
  if (readers.length === 0 || !Number.isInteger(files) || files < 1) {
    process.stderr.write(`readers: ${fuzzedReaders.map(({ name }) => name).join(', ')}\n`)
    return 2
  }
  const rows: (readonly string[])[] = []
  const faults: string[] = []
  for (const reader of readers) {
    const { name } = reader
    process.stderr.write(`${name}: ${files} files, seed ${seed}\n`)
    const { outcome, fault } = await runReader(name)
    if (fault !== undefined) faults.push(fault)
    if (outcome === undefined) continue
    faults.push(...outcome.faults, ...shortcomings(reader, outcome))
    rows.push(rowOf(outcome))
  }
  const columns = ['reader', 'files', 'past the first look', 'read', 'refused', 'slowest file', 'memory above start']
  process.stdout.write(
    `${formatTable(
      columns.map((title) => ({ title })),
      rows,
    )}\n`,
  )
  faults.forEach((fault) => process.stdout.write(`${fault}\n`))
  return faults.length === 0 ? 0 : 1
}

function rowOf({ reader, files: read, recognised, accepted, byCode, slowestMs, peakBytes }: CampaignOutcome) {
  const refused = Object.entries(byCode)
    .sort(([, left], [, right]) => right - left)
    .map(([code, count]) => `${count} ${code}`)
  return [
    reader,
    String(read),
    `${((100 * recognised) / read).toFixed(0)} %`,
    String(accepted),
    refused.join(', '),
    `${slowestMs.toFixed(0)} ms`,
    `${(peakBytes / 2 ** 20).toFixed(0)} MiB`,
  ]
}

interface ChildMessage {
  readonly index?: number
  readonly outcome?: CampaignOutcome
}

function runReader(name: string): Promise<{ readonly outcome?: CampaignOutcome; readonly fault?: string }> {
  return new Promise((resolve) => {
    const args = ['--child', '--reader', name, '--files', String(files), '--seed', String(seed)]
    const child = fork(process.argv[1] ?? '', args, { serialization: 'advanced' })
    let outcome: CampaignOutcome | undefined
    let last = 0
    const kill = (): void => {
      child.kill('SIGKILL')
    }
    let watch = setTimeout(kill, stuckMs)
    child.on('message', (message) => {
      // Sent by `runChild`, this very file.
      const { index, outcome: made } = message as ChildMessage
      last = index ?? last
      outcome = made ?? outcome
      clearTimeout(watch)
      watch = setTimeout(kill, stuckMs)
    })
    child.once('close', (code, signal) => {
      clearTimeout(watch)
      if (outcome !== undefined) resolve({ outcome })
      else {
        const end = signal ?? `code ${String(code)}`
        resolve({
          fault: `${name}, seed ${seed}: the process ended with ${end} between file ${last} and ${last + filesPerMessage}`,
        })
      }
    })
  })
}
