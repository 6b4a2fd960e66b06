import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Campaign } from './campaign.ts'
import { trainersOf } from './children.ts'
import { blameIn, inCopy, startStudio } from './scenario.ts'
import { fillTemplate } from './template.ts'

const trainer = join(process.cwd(), '.cache/test-programs/trainer.js')
const steps = ['--preset', 'smoke']
const mebibyte = 2 ** 20

/** The product's own trainer is given no more memory than it has and a little, at a random moment: it dies as of memory. */
export const memoryCampaign: Campaign = {
  name: 'memory',
  async begin(folder) {
    const template = await fillTemplate(join(folder, 'store'))
    return (random) =>
      inCopy(template, async ({ store }) => {
        const args = ['run', '--network', 'small', '--dataset', 'images', '--name', 'mine', ...steps]
        const { child, ended } = startStudio(store, args, { NERN_TRAINER: trainer })
        let pid: number | undefined
        while (child.exitCode === null && pid === undefined) {
          await wait(5)
          pid = trainersOf(child.pid)[0]
        }
        await Promise.race([wait(random.uniform() * 3000), ended])
        const more = random.integer(64) * mebibyte
        const isLimited = pid !== undefined && limitMemory(pid, more)
        const { code, output } = await ended
        const what = isLimited ? `${more / mebibyte} MiB more, at most` : 'not limited'
        if (blameIn(output) !== undefined) return { what, wrong: blameIn(output) }
        if (code === 0) return { what: `${what}: enough` }
        const isTold = /memory/i.test(output) && /smaller batch|places|close other programs/i.test(output)
        return { what: `${what}: too little`, wrong: isTold ? undefined : `memory is not named: ${output.slice(-500)}` }
      })
  },
}

function limitMemory(pid: number, moreBytes: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const bytes = 1024 * Number(/^VmSize:\s+(\d+) kB$/m.exec(status)?.[1]) + moreBytes
    return spawnSync('prlimit', ['--pid', String(pid), `--as=${bytes}:${bytes}`]).status === 0
  } catch {
    // It has ended.
    return false
  }
}
