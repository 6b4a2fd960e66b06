import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { onTestFinished } from 'vitest'
import { scriptedTrainerPath, studioPath } from './programs.ts'
import type { TrainerScript } from './scripted-trainer.ts'

export interface Ended {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface StartedCommand {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** What it has written to its error output by now. */
  readonly said: () => string
}

/** Starts `studio ...args` as a process of its own on one store; its trainers follow `script` or are those given. */
export function startCommand(
  storeFolder: string,
  args: readonly string[],
  script: TrainerScript = {},
  trainerPath = scriptedTrainerPath,
): StartedCommand {
  const child = spawn(process.execPath, [studioPath, ...args, '--store', storeFolder], {
    env: { ...process.env, NERN_TRAINER: trainerPath, NERN_TRAINER_SCRIPT: JSON.stringify(script) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code: code ?? undefined, stdout, stderr }))
  })
  return { child, ended, said: () => stderr }
}

/** Runs `studio ...args` to its end. */
export function runCommand(storeFolder: string, args: readonly string[], script?: TrainerScript): Promise<Ended> {
  return startCommand(storeFolder, args, script).ended
}

/** Runs `studio ...args --json`, which must succeed, and gives what it printed. */
export async function answerOf(
  storeFolder: string,
  args: readonly string[],
  script?: TrainerScript,
  trainerPath?: string,
): Promise<unknown> {
  const { code, stdout, stderr } = await startCommand(storeFolder, [...args, '--json'], script, trainerPath).ended
  if (code !== 0) throw new Error(`studio ${args.join(' ')} ended with ${code}: ${stderr}`)
  return JSON.parse(stdout)
}

/** `answerOf` for what has to be there before any test begins: it waits, and needs no test that is running. */
export function answerBeforeTests(storeFolder: string, args: readonly string[], trainerPath: string): unknown {
  const env = { ...process.env, NERN_TRAINER: trainerPath }
  const stdio = ['ignore', 'pipe', 'pipe'] as const
  const command = [studioPath, ...args, '--store', storeFolder, '--json']
  return JSON.parse(execFileSync(process.execPath, command, { env, stdio: [...stdio] }).toString())
}
