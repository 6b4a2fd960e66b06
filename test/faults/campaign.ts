import type { ChildProcess } from 'node:child_process'
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { basename, join } from 'node:path'
import { Random } from '#shared/basics/random.ts'
import { buildInjector, countingEnvironment, faultEnvironment, faultKinds, type Fault } from './injector.ts'
import { beginTrial, endOf, outcomeOf, type Ended, type Trial } from './scenario.ts'

/** Kinds of campaigns. */
export const campaigns = ['kills', 'trainer-kills', 'operations', 'stops', 'checkpoints', 'owners'] as const
export type Campaign = (typeof campaigns)[number]

export interface CampaignPlan {
  readonly campaign: Campaign
  readonly trials: number
  readonly seed: number
  /** A store with a network `small` and a data set `images`, for copies. */
  readonly template: string
  /** Told of every trial. */
  readonly onTrial?: (text: string) => void
}

/** What a run that nobody disturbs comes to. */
export interface Undisturbed {
  readonly end: string
  readonly ms: number
  readonly operations: number
}

/** Does the scenario once without a fault. */
export async function runUndisturbed(template: string): Promise<Undisturbed> {
  buildInjector()
  const trial = beginTrial(template)
  try {
    const counting = countingEnvironment(trial.store, join(trial.store, '..', 'operations.log'))
    const startedAt = performance.now()
    const { code, output } = await trial.start(counting.env).ended
    if (code !== 0) throw new Error(`The scenario fails without a fault: ${output}`)
    return { end: await endOf(trial.store), ms: performance.now() - startedAt, operations: counting.count() }
  } finally {
    trial.dispose()
  }
}

/** Runs trials one after another; gives what went wrong, each with how to repeat it. */
export async function runCampaign(plan: CampaignPlan, undisturbed: Undisturbed): Promise<readonly string[]> {
  const { campaign, trials, seed, template, onTrial } = plan
  const faults: string[] = []
  for (let index = 0; index < trials; index++) {
    // Of its own for each trial, so that one can be repeated without those before it.
    const random = Random.fromSeed(seed + index, campaign)
    const trial = beginTrial(template)
    try {
      const { what, ended } = await disturb(campaign, trial, random, undisturbed)
      const wrong = await outcomeOf(trial, ended.output, undisturbed.end)
      const text = `${campaign} seed ${seed + index}: ${what}: ${wrong ?? 'ok'}`
      onTrial?.(text)
      if (wrong !== undefined) faults.push(text)
    } catch (thrown) {
      faults.push(`${campaign} seed ${seed + index}: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    } finally {
      trial.dispose()
    }
  }
  return faults
}

interface Disturbed {
  /** What was done, for people. */
  readonly what: string
  readonly ended: Ended
}

async function disturb(campaign: Campaign, trial: Trial, random: Random, undisturbed: Undisturbed): Promise<Disturbed> {
  const afterMs = Math.round(random.uniform() * undisturbed.ms)
  switch (campaign) {
    case 'kills': {
      const { child, ended } = trial.start()
      await Promise.race([wait(afterMs), ended])
      child.kill('SIGKILL')
      return { what: `killed after ${afterMs} ms`, ended: await ended }
    }
    case 'trainer-kills': {
      const { child, ended } = trial.start()
      const trainers = await trainersOf(child, ended, random)
      trainers.forEach((pid) => signal(pid, 'SIGKILL'))
      return { what: `${trainers.length} trainers killed`, ended: await ended }
    }
    case 'stops': {
      const { child, ended } = trial.start()
      const stopped = [...(await trainersOf(child, ended, random)), child.pid ?? 0]
      stopped.forEach((pid) => signal(pid, 'SIGSTOP'))
      await wait(1000)
      stopped.forEach((pid) => signal(pid, 'SIGCONT'))
      return { what: `${stopped.length} stopped for 1 s`, ended: await ended }
    }
    case 'checkpoints': {
      const { child, ended } = await startHeld(trial)
      child.kill('SIGKILL')
      const disturbed = await ended
      const newest = checkpointsIn(trial.store).sort().at(-1) ?? ''
      return { what: `${flipBit(newest, random)} after a kill`, ended: disturbed }
    }
    case 'owners': {
      const { child, ended } = await startHeld(trial)
      const second = await trial.start().ended
      child.kill('SIGINT')
      const first = await ended
      if (second.code !== 1 || !second.output.includes('The store is in use by')) {
        throw new Error(`a second owner ended with ${String(second.code)}: ${second.output}`)
      }
      return { what: 'two owners at once', ended: first }
    }
    case 'operations': {
      const fault: Fault = {
        at: 1 + random.integer(undisturbed.operations),
        kind: faultKinds[random.integer(faultKinds.length)] ?? 'kill',
      }
      const { ended } = trial.start(faultEnvironment(trial.store, fault))
      return { what: `${fault.kind} at operation ${fault.at}`, ended: await ended }
    }
  }
}

/** The trainers of a command, at a random moment of their work; none where the command ended before. */
async function trainersOf(child: ChildProcess, ended: Promise<unknown>, random: Random): Promise<readonly number[]> {
  let hasEnded = false
  void ended.then(() => (hasEnded = true))
  while (!hasEnded && childrenOf(child.pid).length === 0) await wait(5)
  // Starting takes most of it; some moments lie behind its end.
  await Promise.race([wait(random.uniform() * 1500), ended])
  return hasEnded ? [] : childrenOf(child.pid)
}

/** Starts the command and waits until its trainer has stopped behind the third checkpoint, of which two are kept. */
async function startHeld(trial: Trial) {
  const started = trial.start({ NERN_TRAINER_SCRIPT: JSON.stringify({ holdAtStep: 35 }) })
  const isThere = () => checkpointsIn(trial.store).some((path) => path.includes('checkpoint-0000003'))
  while (started.child.exitCode === null && !isThere()) await wait(20)
  return started
}

function checkpointsIn(store: string): string[] {
  const names = readdirSync(join(store, 'runs'), { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => /checkpoint-[^/]*$/.test(name) && !name.endsWith('.part'))
    .map((name) => join(store, 'runs', name))
}

/** Changes one bit of a file; says which. */
function flipBit(path: string, random: Random): string {
  const bytes = readFileSync(path)
  const at = random.integer(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(8))
  writeFileSync(path, bytes)
  return `a bit of byte ${at} of ${basename(path)} flipped`
}

/** False where the process has gone meanwhile. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

function childrenOf(pid = 0): readonly number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return children
      .split(' ')
      .filter((id) => id !== '')
      .map(Number)
  } catch {
    return []
  }
}

/** Keeps a line of a campaign, so that one that was ended can be read. */
export function keepLine(path: string, text: string): void {
  appendFileSync(path, `${text}\n`)
}
