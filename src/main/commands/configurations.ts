import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { AppException, toAppError } from '#shared/basics/result.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { recipeOf } from '../export/recipe.ts'
import { atomicWrite } from '../files/atomic-write.ts'
import { pathOfToken } from './library.ts'

type ConfigurationHandlers = Pick<
  CommandHandlers,
  'experiments.recipe' | 'configurations.read' | 'configurations.write'
>

/** A text of a configuration is a few hundred bytes. */
const MAXIMUM_BYTES = 1_000_000

/** @param resolveFile the path behind a file token; undefined when it is none */
export function configurationHandlers(
  { store }: StudioContext,
  resolveFile: (token: string) => string | undefined,
): ConfigurationHandlers {
  return {
    'experiments.recipe': async ({ id }) => recipeOf(store, store.experiments.get(id)),
    async 'configurations.read'({ file }) {
      const path = pathOfToken(resolveFile, file)
      return { fileName: basename(path), text: await readText(path) }
    },
    async 'configurations.write'({ file, text }) {
      await atomicWrite(pathOfToken(resolveFile, file), new TextEncoder().encode(text))
      return undefined
    },
  }
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size <= MAXIMUM_BYTES) return await readFile(path, 'utf8')
  } catch (cause) {
    throw new AppException(
      { ...unreadable(path), message: `It cannot be read: ${toAppError(cause).message}.` },
      { cause },
    )
  }
  throw new AppException({ ...unreadable(path), message: 'It is too large for a configuration.' })
}

function unreadable(path: string) {
  return { code: 'file-unreadable', where: path, remedy: 'Choose another file.' } as const
}
