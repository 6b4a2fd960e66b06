/** Uploads that are cut, damaged, or sent by two studios at once, through a real sshd. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { RemoteFolder } from '#main/cluster/remote-folder.ts'
import { sha256Of } from '#main/files/sha256.ts'
import type { PackedRuntimes } from '#main/cluster/runtime.ts'
import { Ssh } from '#main/cluster/ssh.ts'
import type { RemoteObject } from '#main/cluster/upload.ts'
import { Random } from '#shared/basics/random.ts'
import { toAppError } from '#shared/basics/result.ts'
import { childProcesses } from '#test/support/child-processes.ts'
import { follow, type Followed } from '../followed.ts'
import { Harness } from '../harness.ts'
import { whyNoSlurm } from '../slurm.ts'

// They end what hangs; beside much other work an upload takes minutes.
vi.setConfig({ testTimeout: 480_000, hookTimeout: 300_000 })

const skipped = whyNoSlurm()
const MEBIBYTE = 2 ** 20
const PIECE_BYTES = 16 * MEBIBYTE
const SIZE = 40 * MEBIBYTE + 12_345
const none = { id: '0'.repeat(64), path: '', sha256: '0'.repeat(64), sizeBytes: 0 }
const programs: PackedRuntimes = { runtime: none, program: none }

describe.skipIf(skipped !== undefined)(
  `uploads to a Slurm cluster${skipped === undefined ? '' : ` (${skipped})`}`,
  () => {
    let harness: Harness
    let ssh: Ssh
    const random = Random.fromSeed(7)
    beforeAll(async () => {
      harness = await Harness.start()
      ssh = new Ssh({ host: 'cluster', configPath: harness.slurm.sshConfigPath })
    })
    afterAll(async () => {
      await ssh.close()
      await harness.stop()
    })

    const base = (): string => join(harness.slurm.shared, 'uploads')
    const objectPath = ({ sha256 }: RemoteObject): string => join(base(), 'objects', sha256)
    const partPath = ({ sha256 }: RemoteObject, studio = 'one'): string =>
      join(base(), 'objects', `.${sha256}.${studio}.part`)

    /** The source is a file, as networks and data sets are. */
    function object(sizeBytes = SIZE): RemoteObject {
      const bytes = Buffer.alloc(sizeBytes)
      for (let at = 0; at + 4 <= sizeBytes; at += 4) bytes.writeUInt32LE(random.integer(2 ** 31), at)
      const source = join(harness.slurm.shared, `source-${sha256Of(bytes)}`)
      writeFileSync(source, bytes)
      return { sha256: sha256Of(bytes), sizeBytes, source }
    }

    /** As a submit does it; the bytes that were sent, those not counted that were there. */
    async function upload(sent: RemoteObject, studio = 'one', cutAt = Infinity): Promise<number> {
      const folder = new RemoteFolder(ssh, base(), studio)
      const there = await folder.look([sent.sha256], programs)
      const calls: number[] = []
      const cut = (bytes: number): void => {
        calls.push(bytes)
        if (sum(calls.slice(1)) < cutAt) return
        for (const child of sshCalls()) process.kill(child, 'SIGKILL')
      }
      await folder.upload(there.root, sent, there.parts.has(sent.sha256), cut)
      // The first call tells what was there already.
      return sum(calls.slice(1))
    }

    test('that are cut at any byte go on from there', async () => {
      const one = object()
      const reached: number[] = [0]
      for (let trial = 0; trial < 5; trial++) {
        const cutAt = 1 + random.integer(9 * MEBIBYTE)
        const error = await upload(one, 'one', cutAt).catch(toAppError)
        expect(error).toMatchObject({ code: expect.stringContaining('cluster-') })
        reached.push(statSync(partPath(one)).size)
      }
      expect(reached).toEqual([...reached].sort((a, b) => a - b))
      const left = SIZE - statSync(partPath(one)).size
      expect(left).toBeLessThan(SIZE - 2 * MEBIBYTE)
      // Little more than what is missing: the names of the file and of the place.
      expect(await upload(one)).toBeLessThan(left + 10_000)
      expect(sha256Of(readFileSync(objectPath(one)))).toBe(one.sha256)
      expect(partsIn(join(base(), 'objects'))).toEqual([])
    })

    test('whose part was damaged send the damaged pieces again, and no other', async () => {
      const one = object()
      await upload(one, 'one', 36 * MEBIBYTE).catch(() => undefined)
      const kept = statSync(partPath(one)).size
      expect(kept).toBeGreaterThan(2 * PIECE_BYTES)
      const part = openSync(partPath(one), 'r+')
      writeSync(part, Buffer.from('damaged'), 0, 7, PIECE_BYTES + 1000)
      expect(await upload(one)).toBeLessThan(PIECE_BYTES + SIZE - kept + 10_000)
      expect(sha256Of(readFileSync(objectPath(one)))).toBe(one.sha256)
    })

    test('whose part is longer than the whole, or something else, begin anew', async () => {
      const one = object(MEBIBYTE)
      writeFileSync(partPath(one), new Uint8Array(2 * MEBIBYTE))
      expect(await upload(one)).toBeGreaterThanOrEqual(MEBIBYTE)
      expect(sha256Of(readFileSync(objectPath(one)))).toBe(one.sha256)
      const other = object(MEBIBYTE)
      writeFileSync(partPath(other), new Uint8Array(MEBIBYTE))
      await upload(other)
      expect(sha256Of(readFileSync(objectPath(other)))).toBe(other.sha256)
    })

    test('of the same content by two studios at once leave one object', async () => {
      const one = object()
      await Promise.all([upload(one, 'one'), upload(one, 'two')])
      expect(sha256Of(readFileSync(objectPath(one)))).toBe(one.sha256)
      expect(partsIn(join(base(), 'objects'))).toEqual([])
    })

    test('to a full disk say so, and go on when there is room', async () => {
      const one = object()
      const objects = join(base(), 'objects')
      rmSync(objects, { recursive: true, force: true })
      mkdirSync(objects)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', objects])
      try {
        const error = await upload(one).catch(toAppError)
        expect(error).toMatchObject({ code: 'cluster-folder', message: expect.stringContaining('No space left') })
        const kept = statSync(partPath(one)).size
        expect(kept).toBeGreaterThan(20 * MEBIBYTE)
        execFileSync('mount', ['-o', 'remount,size=64m', objects])
        expect(await upload(one)).toBeLessThan(SIZE - kept + 10_000)
        expect(sha256Of(readFileSync(objectPath(one)))).toBe(one.sha256)
      } finally {
        execFileSync('umount', [objects])
      }
    })

    test('of a submission that are cut are ended by the next submit, from where they were', async () => {
      const submission = {
        id: 'sub-cut',
        runs: { 'run-cut': harness.jobs.quick },
        resources: { extraOptions: ['--hold'] },
      }
      let total = 0
      const cut = harness.submit({
        ...submission,
        onProgress: (progress) => {
          if (progress.phase !== 'uploading') return
          total = progress.total
          if (progress.done > 30 * MEBIBYTE) for (const child of sshCalls()) process.kill(child, 'SIGKILL')
        },
      })
      await expect(cut).rejects.toMatchObject({ code: expect.stringContaining('cluster-') })
      const kept = partsIn(join(harness.config.folder, 'objects')).map((path) => statSync(path).size)
      expect(sum(kept)).toBeGreaterThan(25 * MEBIBYTE)
      const told: number[] = []
      const [run] = await harness.submit({
        ...submission,
        onProgress: ({ phase, done }) => void (phase === 'uploading' && told.push(done)),
      })
      expect(run?.ref.arrayJobId).toBeGreaterThan(0)
      // What was there is counted at once, so that no time is spent on it.
      expect(told[0]).toBeGreaterThan(25 * MEBIBYTE)
      expect(told.at(-1)).toBeLessThanOrEqual(total)
      expect(partsIn(join(harness.config.folder, 'objects'))).toEqual([])
    })

    test('whose file was damaged there afterwards are found by the run, and sent again by the next submit', async () => {
      const { cluster, config, jobs } = harness
      const [first] = await harness.submit({
        id: 'sub-held',
        runs: { 'run-held': jobs.quick },
        resources: { extraOptions: ['--hold'] },
      })
      expect(first).toBeDefined()
      const network = join(config.folder, 'objects', jobs.quick.network?.sha256 ?? '')
      const file = openSync(network, 'r+')
      writeSync(file, Buffer.from('damaged'), 0, 7, 100_000)
      const ends = async (id: string): Promise<Followed> => {
        const [run] = await harness.submit({ id, runs: { 'run-damaged': jobs.quick } })
        if (run === undefined) throw new Error('no run')
        await follow(cluster, [run], () => run.isOver)
        return run
      }
      const damaged = await ends('sub-damaged')
      const error = { code: 'cluster-folder', message: expect.stringContaining('was damaged there') }
      expect(damaged.state).toMatchObject({ kind: 'failed', error })
      expect((await ends('sub-mended')).state.kind).toBe('completed')
    })
  },
)

/** The shared connection is none of them: it has left its parent. */
function sshCalls(): readonly number[] {
  return childProcesses(process.pid, 'ssh')
}

function partsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.part'))
    .map((name) => join(folder, name))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0)
}
