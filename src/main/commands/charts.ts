import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { curveCsvLines, curvesCsvHead } from '#shared/plain-text/curves-csv.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { atomicWrite } from '../files/atomic-write.ts'
import { pathOfToken } from './library.ts'

type ChartHandlers = Pick<CommandHandlers, 'charts.write' | 'charts.write-points'>

/**
 * Charts as files; the store stays as it is.
 * @param resolveFile the path behind a file token; undefined when it is none
 */
export function chartHandlers(
  { store, writeBytes }: StudioContext,
  resolveFile: (token: string) => string | undefined,
): ChartHandlers {
  const { runs, experiments, metrics, timelines } = store
  return {
    async 'charts.write'({ file, content, encoding }) {
      const bytes = Buffer.from(content, encoding === 'text' ? 'utf8' : 'base64')
      await atomicWrite(pathOfToken(resolveFile, file), bytes, writeBytes)
      return undefined
    },
    async 'charts.write-points'({ ids, metrics: names, file }) {
      const path = pathOfToken(resolveFile, file)
      const parts = [Buffer.from(curvesCsvHead)]
      for (const id of ids) {
        const { experimentId, attempt } = runs.get(id)
        const run = { experiment: experiments.summary(experimentId).name, attempt }
        const { wallOffsets } = timelines.of(id)
        for (const name of names) {
          const curves = await metrics.curves(id, { metrics: [name], maxPoints: Number.MAX_SAFE_INTEGER })
          for (const curve of curves) parts.push(Buffer.from(curveCsvLines(run, curve, wallOffsets)))
        }
      }
      await atomicWrite(path, Buffer.concat(parts), writeBytes)
      return undefined
    },
  }
}
