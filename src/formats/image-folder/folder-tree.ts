/** The names below a folder, read once: everything after that is decided without asking the disk again. */
import { isUtf8 } from 'node:buffer'
import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { systemError } from '../byte-source.ts'
import { fileError, type NamedFile } from '../file-error.ts'
import type { SkippedList } from '../image-set/skipped.ts'

export interface Folder {
  readonly name: string
  /** Below the folder that was given, with slashes; empty for itself. */
  readonly path: string
  /** Names of the images that lie in it directly, sorted. */
  readonly images: readonly string[]
  /** Names of its other files, sorted. */
  readonly others: readonly string[]
  /** Sorted by name. */
  readonly folders: readonly Folder[]
  /** Of all images below it. */
  readonly imageCount: number
  /** Whether no file lies below it, or only images of kinds that are not read: it may be a class all the same. */
  readonly isBare: boolean
}

/** ImageNet has 1.4 million files. */
const MAX_ENTRIES = 5_000_000
const MAX_DEPTH = 50
const imageName = /\.(jpe?g|png|webp)$/i
const foreignImageName = /\.(bmp|gif|tiff?|p[bgnp]m|tga|jp2|heic|heif|avif)$/i
/** Hidden, or a shadow that an archive of macOS brings along. */
const isOfNoInterest = (name: string) => name.startsWith('.') || name === '__MACOSX'

/**
 * Reads names only. Hidden files are of no interest; links are followed, but not to a folder they lie in. Names that are
 * not UTF-8 and links to nothing are left out by name.
 * Throws `file-unreadable`, `not-found`, `file-unsafe` for too many files.
 */
export function readFolderTree(root: string, skipped: SkippedList): Promise<Folder> {
  return new TreeReader({ name: basename(root) }, skipped).read(root, '', [])
}

class TreeReader {
  readonly #source: NamedFile
  readonly #skipped: SkippedList
  #entries = 0

  constructor(source: NamedFile, skipped: SkippedList) {
    this.#source = source
    this.#skipped = skipped
  }

  /** @param above the real paths of the folders it lies in */
  async read(folder: string, path: string, above: readonly string[]): Promise<Folder> {
    if (above.length > MAX_DEPTH) throw this.#tooLarge(`folders more than ${MAX_DEPTH} deep`)
    const entries = await this.#entriesOf(folder)
    const trail = [...above, await this.#asked(folder, realpath(folder))]
    const files: string[] = []
    const folders: Folder[] = []
    for (const entry of entries) {
      const name = entry.name.toString('utf8')
      if (isOfNoInterest(name)) continue
      const below = path === '' ? name : `${path}/${name}`
      const kind = isUtf8(entry.name) ? await kindOf(entry, join(folder, name), trail) : 'a name that is not UTF-8'
      if (kind === 'file') files.push(name)
      else if (kind === 'folder') folders.push(await this.read(join(folder, name), below, trail))
      else {
        const file = path === '' ? escaped(entry.name) : `${path}/${escaped(entry.name)}`
        this.#skipped.add({ file, reason: 'unsupported', detail: kind })
      }
    }
    return folderOf(
      path,
      files.sort(),
      folders.sort((left, right) => (left.name < right.name ? -1 : 1)),
    )
  }

  async #entriesOf(folder: string): Promise<readonly Dirent<Buffer>[]> {
    const entries = await this.#asked(folder, readdir(folder, { withFileTypes: true, encoding: 'buffer' }))
    this.#entries += entries.length
    if (this.#entries > MAX_ENTRIES) throw this.#tooLarge(`more than ${MAX_ENTRIES} files`)
    return entries
  }

  #asked<T>(folder: string, answer: Promise<T>): Promise<T> {
    return answer.catch((cause: unknown) => {
      throw systemError(this.#source, folder, cause)
    })
  }

  #tooLarge(found: string) {
    const problem = `expected at most ${MAX_ENTRIES} files, at most ${MAX_DEPTH} folders deep, found ${found}`
    return fileError(this.#source, 'file-unsafe', problem, 'list of files')
  }
}

/** What an entry is, or, in words, why it is left out. */
async function kindOf(entry: Dirent<Buffer>, path: string, trail: readonly string[]): Promise<string> {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'folder'
  if (!entry.isSymbolicLink()) return 'neither a file nor a folder'
  try {
    if (!(await stat(path)).isDirectory()) return 'file'
    const target = await realpath(path)
    const isAround = trail.some((above) => above === target || above.startsWith(target + sep))
    return isAround ? 'a link to a folder that it lies in' : 'folder'
  } catch {
    return 'a link to nothing that can be read'
  }
}

function folderOf(path: string, files: readonly string[], folders: readonly Folder[]): Folder {
  const images = files.filter((name) => imageName.test(name))
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    images,
    others: files.filter((name) => !imageName.test(name)),
    folders,
    imageCount: folders.reduce((sum, folder) => sum + folder.imageCount, images.length),
    isBare: files.every(isForeignImage) && folders.every((folder) => folder.isBare),
  }
}

/** Bytes that are no text, as text: what is ASCII stays. */
function escaped(name: Buffer): string {
  if (isUtf8(name)) return name.toString('utf8')
  return name.toString('latin1').replaceAll(/[^ -~]/g, (letter) => `\\x${letter.charCodeAt(0).toString(16)}`)
}

/** Whether a file is, by its name, an image of a kind that is not read. */
export function isForeignImage(name: string): boolean {
  return foreignImageName.test(name)
}

/** Every image below a folder, as its path below the one that was given, folder by folder. */
export function imagesBelow(folder: Folder): readonly string[] {
  return [...folder.images.map((name) => pathIn(folder, name)), ...folder.folders.flatMap(imagesBelow)]
}

/** Every other file below a folder. */
export function othersBelow(folder: Folder): readonly string[] {
  return [...folder.others.map((name) => pathIn(folder, name)), ...folder.folders.flatMap(othersBelow)]
}

export function pathIn({ path }: Folder, name: string): string {
  return path === '' ? name : `${path}/${name}`
}
