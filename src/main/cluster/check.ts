/** Proves a cluster end to end, step by step: whoever reads the steps knows what is wrong and what to do. */
import { toAppError, type AppError } from '#shared/basics/result.ts'
import type { CheckStep } from '#shared/cluster/check-step.ts'
import { isConnectionError } from '#shared/cluster/connection-errors.ts'
import type { ClusterConfig } from '#shared/cluster/cluster-config.ts'
import { shellFolder, shellWord } from '#shared/cluster/shell-words.ts'
import { sbatchResources } from '#shared/cluster/sbatch-options.ts'
import { formatBytes } from '#shared/basics/format.ts'
import { findSlurm } from './find-slurm.ts'
import { textsOf } from './reply-frames.ts'
import type { Ssh } from './ssh.ts'

const titles: Readonly<Record<CheckStep['name'], string>> = {
  login: 'Log in',
  system: 'Linux on x86-64 with glibc 2.28 or newer',
  slurm: 'Slurm',
  folder: 'Folder',
  job: 'A short job',
}

/** What a first batch needs: the programs, a data set, checkpoints. */
const LEAST_FREE_BYTES = 2 * 2 ** 30
/** How long the job may wait for its turn before the check says that it waits. */
const JOB_ATTEMPTS = 6

/** One script tells all that is known without a job. */
function questions({ folder }: ClusterConfig): string {
  return `
part system "$(uname -sm)"
part libc "$(getconf GNU_LIBC_VERSION 2>/dev/null || ldd --version 2>&1 | head -n 1)"
${findSlurm}
part slurm "$(sbatch --version 2>&1)"
folder=${shellFolder(folder)}
part folder "$( { mkdir -p -- "$folder" && cd -- "$folder" && printf 'nern\\n' >".check.$$" && cat ".check.$$" && rm -f ".check.$$" && pwd -P; } 2>&1)"
part room "$(df -Pk -- "$folder" 2>/dev/null | tail -n 1 | awk '{ print $4 }')"
`
}

const jobScript = `#!/bin/sh
{ hostname; getconf GNU_LIBC_VERSION; uname -m; } >"$1/said" 2>&1 && mv "$1/said" "$1/done"
`

function submitted(config: ClusterConfig): string {
  const options = ['--parsable', '--job-name=nern-check', '--export=NIL', ...sbatchResources(config), '--time=1']
  return `
${findSlurm}
cd -- ${shellFolder(config.folder)} || return
d="$(pwd -P)/.check-$$"
mkdir -- "$d" || return
cat >"$d/job.sh" <<'NERN_JOB'
${jobScript}NERN_JOB
part folder "$d"
part job "$(sbatch ${options.map(shellWord).join(' ')} --chdir="$d" --output="$d/output" "$d/job.sh" "$d" 2>&1)"
`
}

function waited(folder: string, job: string): string {
  const done = `${shellWord(folder)}/done`
  return `
${findSlurm}
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -e ${done} ] && break; sleep 1; done
part done "$(cat ${done} 2>/dev/null)"
part queue "$(squeue -h -j ${job} -o '%T %r' 2>/dev/null)"
`
}

function cleared(folder: string, job: string): string {
  return `
${findSlurm}
scancel ${job} 2>/dev/null
rm -rf -- ${shellWord(folder)}
`
}

type Found =
  | { readonly detail: string }
  | { readonly detail: string; readonly remedy: string; readonly connectionError?: AppError }

/** Resolves with the steps up to the first that fails. */
export async function checkCluster(
  ssh: Ssh,
  config: ClusterConfig,
  onStep: (step: CheckStep) => void,
): Promise<readonly CheckStep[]> {
  const steps: CheckStep[] = []
  let answers: Answers = new Map()
  const work: readonly (readonly [CheckStep['name'], () => Promise<Found>])[] = [
    [
      'login',
      async () => {
        answers = textsOf(await ssh.run(questions(config)))
        return { detail: config.host }
      },
    ],
    ['system', () => Promise.resolve(judgeSystem(answers))],
    ['slurm', () => Promise.resolve(judgeSlurm(answers))],
    ['folder', () => Promise.resolve(judgeFolder(answers))],
    ['job', () => tryJob(ssh, config)],
  ]
  for (const [name, find] of work) {
    onStep({ name, title: titles[name], status: 'running', detail: '' })
    const found = await find().catch((thrown: unknown) => asFound(toAppError(thrown)))
    const step: CheckStep = { name, title: titles[name], status: 'remedy' in found ? 'failed' : 'ok', ...found }
    steps.push(step)
    onStep(step)
    if (step.status === 'failed') break
  }
  return steps
}

type Answers = ReadonlyMap<string, string>

function asFound(error: AppError): Found {
  const found = { detail: error.message, remedy: error.remedy ?? 'Try again.' }
  return isConnectionError(error) ? { ...found, connectionError: error } : found
}

function judgeSystem(answers: Answers): Found {
  const system = answers.get('system') ?? ''
  const libc = answers.get('libc') ?? ''
  const found = `${system}, ${libc}`
  if (system !== 'Linux x86_64') {
    return { detail: found, remedy: 'The programs of the studio run on Linux with x86-64 processors only.' }
  }
  if (!isGlibc228(libc)) {
    return {
      detail: found,
      remedy: 'The programs of the studio need glibc 2.28 (2018) or newer: use another login node.',
    }
  }
  return { detail: found }
}

function isGlibc228(text: string): boolean {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)\s*$/.exec(text) ?? []
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 28)
}

function judgeSlurm(answers: Answers): Found {
  const said = answers.get('slurm') ?? ''
  if (/^slurm[^\d]*\d/i.test(said)) return { detail: said }
  return {
    detail: said === '' ? 'sbatch says nothing.' : said,
    remedy:
      'sbatch must be on the PATH of a shell without a terminal: name its folder in ~/.profile or ~/.bashrc there.',
  }
}

function judgeFolder(answers: Answers): Found {
  const said = (answers.get('folder') ?? '').split('\n')
  const path = said.at(-1) ?? ''
  if (said.length !== 2 || said[0] !== 'nern' || !path.startsWith('/')) {
    return {
      detail: said.join(' '),
      remedy: 'Choose a folder that you may write to and that the nodes see, such as one on the scratch file system.',
    }
  }
  const freeBytes = Number(answers.get('room') ?? '0') * 1024
  const detail = `${path}, ${formatBytes(freeBytes)} free`
  return freeBytes >= LEAST_FREE_BYTES
    ? { detail }
    : {
        detail,
        remedy: `At least ${formatBytes(LEAST_FREE_BYTES)} are needed: free some space or choose another folder.`,
      }
}

async function tryJob(ssh: Ssh, config: ClusterConfig): Promise<Found> {
  const made = textsOf(await ssh.run(submitted(config)))
  const folder = made.get('folder') ?? ''
  const said = made.get('job') ?? ''
  const [job = ''] = /^\d+/.exec(said.split('\n').at(-1) ?? '') ?? []
  if (job === '' || folder === '') {
    return { detail: said, remedy: 'Change partition, account, time or further options until Slurm takes the job.' }
  }
  try {
    for (let attempt = 0; attempt < JOB_ATTEMPTS; attempt++) {
      const now = textsOf(await ssh.run(waited(folder, job)))
      const done = (now.get('done') ?? '').split('\n')
      if (done.length > 1) return judgeNode(done)
      const queue = now.get('queue') ?? ''
      if (!/^(PENDING|RUNNING|CONFIGURING|COMPLETING|COMPLETED)/.test(queue)) {
        return {
          detail: `The job left nothing in ${folder} (${queue === '' ? 'Slurm no longer knows it' : queue}).`,
          remedy: 'The nodes must see this folder: choose one on a shared file system.',
        }
      }
      if (attempt === JOB_ATTEMPTS - 1) return { detail: `Slurm took the job; it waits: ${queue}` }
    }
    return { detail: 'Slurm took the job.' }
  } finally {
    await ssh.run(cleared(folder, job)).catch(() => undefined)
  }
}

/** The node is another machine than the login node. */
function judgeNode([node = '', libc = '', machine = '']: readonly string[]): Found {
  const detail = `ran on ${node} (${machine}, ${libc})`
  return isGlibc228(libc) && machine === 'x86_64'
    ? { detail }
    : { detail, remedy: 'Choose a partition whose nodes are Linux on x86-64 with glibc 2.28 or newer.' }
}
