/** Imports a network through a studio with real trainers, and watches what it costs both processes. */
import { readFileSync, writeFileSync } from 'node:fs'
import { Studio } from '#main/studio.ts'
import { createForkHosts } from '#main/trainer-host/fork-host.ts'
import type { TrainerHost } from '#main/trainer-host/trainer-host.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { buildNetwork } from '#networks/architectures.ts'
import type { NetworkRecord } from '#shared/protocol/records.ts'
import { AppException } from '#shared/basics/result.ts'
import { seededParameters } from './seeded-values.ts'

export interface WatchedImport {
  readonly network: NetworkRecord
  /** Longest time in which the studio's own process answered nobody, in processor time: the machine may be busy. */
  readonly longestBlockMs: number
  /** Largest resident memory of the trainer. */
  readonly trainerPeakBytes: number
  /** What the resident memory of the studio's own process grew by at most. */
  readonly ownerGrowthBytes: number
  readonly seconds: number
}

/** Writes a safetensors file of a network of 1,000 classes with made-up weights; gives its size. */
export function writeLargeNetwork(path: string, architecture: string): number {
  const built = buildNetwork(architecture, 1000)
  if (!built.ok) throw new AppException(built.error)
  const bytes = writeSafetensors(Object.entries(seededParameters(built.value)))
  writeFileSync(path, bytes)
  return bytes.byteLength
}

export async function watchedImport(storeFolder: string, trainerPath: string, file: string): Promise<WatchedImport> {
  const hosts = createForkHosts({ entryPath: trainerPath })
  let trainer: TrainerHost | undefined
  let trainerPeakBytes = 0
  const createHost = (label: string): TrainerHost => {
    const host = hosts(label)
    host.onMessage((message) => {
      trainerPeakBytes = Math.max(trainerPeakBytes, heartbeatBytes(message))
    })
    trainer = host
    return host
  }
  const studio = await Studio.open({
    storeFolder,
    program: 'test',
    version: '0.0.0',
    createHost,
    resourcesFolder: 'resources',
    log: () => {},
  })
  const startedMs = performance.now()
  const before = process.memoryUsage.rss()
  let largestOwn = before
  const loop = watchLoop(() => {
    largestOwn = Math.max(largestOwn, process.memoryUsage.rss())
    trainerPeakBytes = Math.max(trainerPeakBytes, peakOfProcess(trainer?.pid))
  })
  try {
    const answer = await studio.invoke('networks.import', { taskId: 'watched', file })
    if (!answer.ok) throw new AppException(answer.error)
    return {
      network: answer.value,
      longestBlockMs: loop.longestMs(),
      trainerPeakBytes,
      ownerGrowthBytes: largestOwn - before,
      seconds: (performance.now() - startedMs) / 1000,
    }
  } finally {
    loop.stop()
    await studio.close()
  }
}

const tickMs = 5

/** A timer that notices when it is late, and how much of that time this process itself computed. */
function watchLoop(onTick: () => void): { longestMs(): number; stop(): void } {
  let longest = 0
  let lastMs = performance.now()
  let used = process.cpuUsage()
  const tick = (): void => {
    const nowMs = performance.now()
    const { user, system } = process.cpuUsage(used)
    longest = Math.max(longest, Math.min(nowMs - lastMs, (user + system) / 1000))
    onTick()
    lastMs = performance.now()
    used = process.cpuUsage()
  }
  const timer = setInterval(tick, tickMs)
  return {
    longestMs: () => {
      tick()
      return longest
    },
    stop: () => clearInterval(timer),
  }
}

function heartbeatBytes(message: unknown): number {
  const bytes: unknown = typeof message === 'object' && message !== null ? Reflect.get(message, 'rssBytes') : undefined
  return typeof bytes === 'number' ? bytes : 0
}

/** The system's own record of the largest resident set, where it keeps one (Linux); between two heartbeats much happens. */
function peakOfProcess(pid: number | undefined): number {
  if (pid === undefined || process.platform !== 'linux') return 0
  try {
    const [, kibibytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kibibytes) * 1024
  } catch {
    // It has just ended.
    return 0
  }
}
