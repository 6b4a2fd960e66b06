import type { CommandHandlers, CommandInput } from '#shared/protocol/contract.ts'
import { AppException } from '#shared/basics/result.ts'
import { spectralConfigSchema } from '#shared/methods/spectral/config.ts'
import type { PackagedCodes } from '#shared/methods/spectral/packaged-codes.ts'
import type { StudioContext } from '../context/studio-context.ts'
import type { Tasks } from '../context/tasks.ts'
import { networkInput } from '../library/trainer-inputs.ts'
import type { Store } from '../store/store.ts'
import { packagedRun } from './packaged-run.ts'

type CodeHandlers = Pick<CommandHandlers, 'runs.codes'>

/** Runs whose codes are kept in memory, less than a megabyte each: a page that is come back to shows them at once. */
const mostKept = 8

export function codeHandlers({ store }: StudioContext, tasks: Tasks): CodeHandlers {
  // A package never changes.
  const known = new Map<string, PackagedCodes>()
  return {
    async 'runs.codes'(input) {
      const codes = known.get(input.id) ?? (await read(store, tasks, input))
      known.delete(input.id)
      known.set(input.id, codes)
      for (const oldest of [...known.keys()].slice(0, -mostKept)) known.delete(oldest)
      return codes
    },
  }
}

/** Errors: `not-found`, `conflict` for a run without codes, `file-corrupt`, `cancelled`. */
function read(store: Store, tasks: Tasks, { taskId, id }: CommandInput<'runs.codes'>): Promise<PackagedCodes> {
  const { path, networkId, config } = packagedRun(store, id)
  const parsed = spectralConfigSchema.safeParse(config)
  if (!parsed.success) {
    throw new AppException({
      code: 'conflict',
      message: 'The package of this run has no codes of kernels.',
      where: id,
      remedy: 'Choose a run that compressed by spectral codes.',
    })
  }
  return tasks.run(taskId, async (report) => {
    const network = await networkInput(store, networkId)
    const job = { kind: 'read-codes' as const, network, packagePath: path, config: parsed.data }
    const { result } = await tasks.runJob(report, job)
    const { kind: _kind, ...codes } = result
    return codes
  })
}
