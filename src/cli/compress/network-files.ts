/** Which networks a command line names, and where their compressed files go. */
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve, sep } from 'node:path'
import { samplePath, sampleToken } from '#main/commands/library.ts'
import { packageFormats } from '#shared/package/export-formats.ts'
import { AppException } from '#shared/basics/result.ts'
import { UsageError } from '../usage-error.ts'

const networkEndings = ['.pt', '.pth', '.th', '.bin', '.ckpt', '.safetensors', '.npz', '.onnx']
const compressedEnding = '.spectral.safetensors'
/** What a folder may hold of earlier compressions. */
const packageEndings = [compressedEnding, ...packageFormats.map((format) => `.${format}.safetensors`)]

/**
 * Paths of the network files that `words` name: files as they are, of folders those that are called like networks, and
 * `sample` for the network shipped with the studio, unless a file has this name. Throws `not-found` for a name without a
 * file and for a folder without networks.
 */
export async function networkFiles(words: readonly string[], resourcesFolder: string): Promise<readonly string[]> {
  const files: string[] = []
  for (const word of words) files.push(...(await filesOf(word, resourcesFolder)))
  return [...new Set(files)]
}

async function filesOf(word: string, resourcesFolder: string): Promise<readonly string[]> {
  const path = resolve(word)
  const found = await stat(path).catch(() => undefined)
  if (found === undefined && word === sampleToken) return [samplePath(resourcesFolder)]
  if (found === undefined) {
    throw new AppException({
      code: 'not-found',
      message: `There is no file or folder ${basename(path)}.`,
      where: path,
      remedy: 'Check the path; studio compress takes network files, folders of them, and sample.',
    })
  }
  if (!found.isDirectory()) return [path]
  const names = (await readdir(path)).filter(isCalledLikeNetwork).sort()
  if (names.length > 0) return names.map((name) => join(path, name))
  throw new AppException({
    code: 'not-found',
    message: `The folder ${basename(path)} holds no network files.`,
    where: path,
    remedy: `Name a folder with files that end in ${networkEndings.join(', ')}.`,
  })
}

function isCalledLikeNetwork(name: string): boolean {
  return networkEndings.includes(extname(name).toLowerCase()) && !packageEndings.some((ending) => name.endsWith(ending))
}

export interface Target {
  /** Network file. */
  readonly source: string
  /** Compressed file. */
  readonly target: string
}

/**
 * A compressed file for each network: `out` itself for a single one, unless it is a folder; else files in the folder
 * `out`, called like the networks. Throws `UsageError` for two networks of one name, for a target that is a network
 * itself, and for a single file of another ending.
 */
export async function targetsOf(sources: readonly string[], out: string): Promise<readonly Target[]> {
  const path = resolve(out)
  const isFolder = out.endsWith(sep) || (await stat(path).catch(() => undefined))?.isDirectory() === true
  const [only, ...others] = sources
  const targets =
    only !== undefined && others.length === 0 && !isFolder
      ? [{ source: only, target: path }]
      : sources.map((source) => ({ source, target: join(path, `${nameOf(source)}${compressedEnding}`) }))
  for (const [at, { source, target }] of targets.entries()) {
    if (!target.endsWith('.safetensors')) {
      throw new UsageError(
        `--out takes a file that ends in ${compressedEnding}, or a folder that is there; got ${out}.`,
        `Write --out ${out}${compressedEnding}`,
      )
    }
    if (sources.includes(target)) throw new UsageError(`--out ${out} would replace the network ${target} itself.`)
    const twin = targets.find((other, index) => index < at && other.target === target)
    if (twin !== undefined) {
      throw new UsageError(
        `${twin.source} and ${source} would both become ${basename(target)}.`,
        'Compress them one after the other into different folders.',
      )
    }
  }
  return targets
}

/** `resnet20` of `nets/resnet20.pth`; of `sample`, the name of its file. */
function nameOf(source: string): string {
  return basename(source, extname(source))
}

/** Folders of the compressed files. */
export function foldersOf(targets: readonly Target[]): readonly string[] {
  return [...new Set(targets.map(({ target }) => dirname(target)))]
}
