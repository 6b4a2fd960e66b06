import type { ExitCode } from '#cli/command.ts'
import { Output } from '#cli/output.ts'
import { readCommandLine } from '#cli/read-command-line.ts'
import { UsageError } from '#cli/usage-error.ts'
import { Studio } from '#main/studio.ts'
import { AppException } from '#shared/basics/result.ts'
import { studioOptions } from './studio.ts'

/** Thrown in place of a job outside a store. */
class WorkBegins extends Error {}

/**
 * What is wrong with a command line (without `node` and the script), or undefined: it is run on a store that refuses to
 * be written, up to the point where work would begin, so that its command, options, presets, names and parameters must
 * all be found. Commands that only read are carried out.
 */
export async function problemOf(args: readonly string[], storeFolder: string): Promise<string | undefined> {
  const silent = { write: () => true }
  const onReadOnlyStudio = async (work: (studio: Studio) => Promise<ExitCode>): Promise<ExitCode> => {
    const studio = Studio.openForReading({ ...studioOptions(storeFolder), log: () => {} })
    try {
      return await work(studio)
    } finally {
      await studio.close()
    }
  }
  try {
    const request = readCommandLine(args)
    if (request.kind === 'help') return undefined
    const { command, ...given } = request
    const code = await command.run({
      ...given,
      version: '0.0.0',
      resourcesFolder: studioOptions(storeFolder).resourcesFolder,
      output: new Output(false, silent, silent, Date.now),
      onInterrupt: () => () => {},
      runJob: () => Promise.reject(new WorkBegins()),
      withReader: onReadOnlyStudio,
      withRepair: () => Promise.reject(new WorkBegins()),
      withChanging: onReadOnlyStudio,
      withStudio: (_reason, work) => onReadOnlyStudio(work),
    })
    return code === 0 ? undefined : `It ended with ${code}.`
  } catch (thrown) {
    if (thrown instanceof WorkBegins) return undefined
    if (thrown instanceof AppException && thrown.code === 'store-read-only') return undefined
    // What waits in the store is about to be started.
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'SQLITE_READONLY') return undefined
    if (thrown instanceof UsageError || thrown instanceof AppException)
      return `${thrown.message} ${thrown.remedy ?? ''}`
    throw thrown
  }
}
