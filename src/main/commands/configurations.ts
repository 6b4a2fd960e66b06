import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { AppException } from '#shared/basics/result.ts'
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

/** Errors name the file, never its path: a window sees none. */
async function readText(path: string): Promise<string> {
  const fileName = basename(path)
  try {
    const { size } = await stat(path)
    if (size <= MAXIMUM_BYTES) return await readFile(path, 'utf8')
  } catch (cause) {
    const message = `${fileName} cannot be read.`
    const remedy = 'Check that the file exists and that you may read it, then try again.'
    throw new AppException({ code: 'file-unreadable', message, where: fileName, remedy }, { cause })
  }
  throw new AppException({
    code: 'file-unreadable',
    message: `${fileName} is too large for a configuration.`,
    where: fileName,
    remedy: 'Choose another file.',
  })
}
