import { CLASS_LIST_FILES, parseClassList, parseWords, type ClassList } from '../image-set/class-list.ts'
import { pathIn } from './folder-tree.ts'
import { readList, WORDS_FILES } from './label-sources.ts'
import { classFoldersOf, type FolderLayout } from './layout.ts'

export interface Classes {
  /** In the network's order; undefined where no list says it. */
  readonly list: ClassList | undefined
  readonly listFile: string | undefined
  /** What people call the synsets. */
  readonly words: ReadonlyMap<string, string>
  /** The lists that were read. */
  readonly files: readonly string[]
}

/** Reads the list of classes and the names of synsets that lie beside the images or in a folder above. */
export async function readClasses(root: string, layout: FolderLayout): Promise<Classes> {
  const listFile = findList(layout, CLASS_LIST_FILES)
  const wordsFile = findList(layout, WORDS_FILES)
  const folders = new Set(classFoldersOf(layout))
  const list =
    listFile === undefined ? undefined : parseClassList({ name: listFile }, await readList(root, listFile), folders)
  const words =
    wordsFile === undefined || wordsFile === listFile
      ? new Map<string, string>()
      : parseWords(await readList(root, wordsFile))
  return { list, listFile, words, files: [listFile, wordsFile].filter((file) => file !== undefined) }
}

/** The nearest to the images, the first of `names` in a folder. */
function findList({ trail }: FolderLayout, names: readonly string[]): string | undefined {
  for (const folder of trail.toReversed()) {
    const name = names.find((each) => folder.others.includes(each))
    if (name !== undefined) return pathIn(folder, name)
  }
  return undefined
}
