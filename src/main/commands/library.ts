import { join } from 'node:path'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { AppException } from '#shared/basics/result.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { isFetched, type DatasetLibrary } from '../library/dataset-library.ts'
import type { NetworkLibrary } from '../library/network-library.ts'
import type { Tasks } from '../context/tasks.ts'

type LibraryHandlers = Pick<
  CommandHandlers,
  | 'library.trash'
  | 'networks.list'
  | 'networks.get'
  | 'networks.import'
  | 'networks.inspect'
  | 'networks.try-preprocessings'
  | 'networks.derive'
  | 'networks.rename'
  | 'networks.trash'
  | 'networks.restore'
  | 'networks.remove'
  | 'networks.evaluate'
  | 'networks.kernels'
  | 'datasets.list'
  | 'datasets.get'
  | 'datasets.import'
  | 'datasets.plan'
  | 'datasets.rename'
  | 'datasets.trash'
  | 'datasets.restore'
  | 'datasets.remove'
  | 'datasets.samples'
  | 'datasets.images'
  | 'tasks.cancel'
>

/** Names the network shipped with the studio instead of a file. */
export const sampleToken = 'sample'
const sampleFile = join('samples', 'resnet20-cifar10.safetensors')

export interface LibraryParts {
  readonly networks: NetworkLibrary
  readonly datasets: DatasetLibrary
  readonly tasks: Tasks
  /** Folder of what is shipped with the studio. */
  readonly resourcesFolder: string
  /** The path behind a file token; undefined when it is none. */
  readonly resolveFile: (token: string) => string | undefined
}

/** The file of the network shipped with the studio. @param resourcesFolder of what is shipped */
export function samplePath(resourcesFolder: string): string {
  return join(resourcesFolder, sampleFile)
}

/** Throws `not-found` when nothing is behind the token. */
export function pathOfToken(resolveFile: LibraryParts['resolveFile'], token: string): string {
  const path = resolveFile(token)
  if (path !== undefined) return path
  throw new AppException({
    code: 'not-found',
    message: 'This file is no longer known to the studio.',
    remedy: 'Choose it again.',
  })
}

/** The same of a network file, which may be the sample. */
export function networkPathOfToken(
  { resolveFile, resourcesFolder }: Pick<LibraryParts, 'resolveFile' | 'resourcesFolder'>,
  token: string,
): string {
  return token === sampleToken ? samplePath(resourcesFolder) : pathOfToken(resolveFile, token)
}

export function libraryHandlers(context: StudioContext, parts: LibraryParts): LibraryHandlers {
  const { store } = context
  const { networks, datasets, tasks } = parts
  const announce = () => {
    context.events.emit('library-changed', { networks: store.networks.list(), datasets: store.datasets.list() })
  }
  const pathOf = (token: string): string => pathOfToken(parts.resolveFile, token)
  const networkPathOf = (token: string): string => networkPathOfToken(parts, token)
  /** The answer of a change to the library, after everybody was told. */
  const announced = async <T>(change: Promise<T> | T): Promise<T> => {
    const answer = await change
    announce()
    return answer
  }
  return {
    'library.trash': async () => ({ networks: store.networks.trashed(), datasets: store.datasets.trashed() }),
    'networks.list': async () => store.networks.list(),
    'networks.get': async ({ id }) => networks.detail(id),
    async 'networks.import'({ taskId, file, ...asked }) {
      const originKind = file === sampleToken ? 'sample' : 'imported'
      return announced(networks.import(taskId, networkPathOf(file), { ...asked, originKind }))
    },
    'networks.inspect': async (input) => networks.inspect(input, networkPathOf(input.file)),
    'networks.try-preprocessings': (input) => networks.tryPreprocessings(input),
    'networks.derive': async ({ taskId, id, preprocessing, name }) =>
      announced(networks.derive(taskId, id, preprocessing, name)),
    'networks.rename': async ({ id, name }) => announced(networks.rename(id, name)),
    async 'networks.trash'({ id }) {
      await announced(networks.trash(id))
      return undefined
    },
    async 'networks.restore'({ id }) {
      await announced(store.networks.trash.restore(id))
      return undefined
    },
    async 'networks.remove'({ id }) {
      await announced(networks.remove(id))
      return undefined
    },
    'networks.evaluate': async (input) => announced(networks.evaluate(input)),
    'networks.kernels': (input) => networks.kernels(input),

    'datasets.list': async () => store.datasets.list(),
    'datasets.get': ({ id }) => datasets.detail(id),
    async 'datasets.import'({ taskId, file, name, images, accept }) {
      return announced(datasets.import(taskId, isFetched(file) ? file : pathOf(file), { name, images, accept }))
    },
    'datasets.plan': ({ taskId, file, split }) => datasets.plan(taskId, pathOf(file), split),
    'datasets.rename': async ({ id, name }) => announced(datasets.rename(id, name)),
    async 'datasets.trash'({ id }) {
      await announced(datasets.trash(id))
      return undefined
    },
    async 'datasets.restore'({ id }) {
      await announced(store.datasets.trash.restore(id))
      return undefined
    },
    async 'datasets.remove'({ id }) {
      await announced(datasets.remove(id))
      return undefined
    },
    'datasets.samples': (input) => datasets.samples(input),
    'datasets.images': (input) => datasets.images(input),

    async 'tasks.cancel'({ taskId }) {
      tasks.cancel(taskId)
      return undefined
    },
  }
}
