/** The lists of ILSVRC and CUB-200, which name images and classes by numbers. */
import { fileError } from '../file-error.ts'
import { parseGroundTruth, parseKitNumbers, parseNumbered } from './annotation-list.ts'
import { isAlphabetical, type ClassList } from '../image-set/class-list.ts'
import { othersBelow, pathIn, type Folder } from './folder-tree.ts'
import { labelsFrom, readList, type LabelSource } from './label-sources.ts'
import { plainPath, type LabelRow } from './label-table.ts'
import type { FolderLayout, PlacedImage } from './layout.ts'

const CUB_FILES = { images: 'images.txt', classes: 'classes.txt', labels: 'image_class_labels.txt' } as const
const CUB_SPLIT_FILE = 'train_test_split.txt'
const KIT_FILE = 'map_clsloc.txt'

/** CUB-200: images, their classes and their splits by number, in four lists. Undefined where they are not. */
export async function readCub(root: string, { trail, images }: FolderLayout): Promise<LabelSource | undefined> {
  const folder = trail.find(({ others }) => Object.values(CUB_FILES).every((name) => others.includes(name)))
  if (folder === undefined) return undefined
  const read = async (name: string) => {
    const file = pathIn(folder, name)
    return parseNumbered({ name: file }, await readList(root, file))
  }
  const paths = await read(CUB_FILES.images)
  const classNames = await read(CUB_FILES.classes)
  const labels = await read(CUB_FILES.labels)
  const trained = folder.others.includes(CUB_SPLIT_FILE) ? await read(CUB_SPLIT_FILE) : undefined
  const rows = [...paths].map(([number, path], i): LabelRow => {
    const flag = trained?.get(number)
    return {
      line: i + 1,
      file: plainPath(path),
      label: classNames.get(Number(labels.get(number))) ?? '',
      ...(flag === undefined ? {} : { given: flag === '1' ? ('train' as const) : ('test' as const) }),
    }
  })
  const file = pathIn(folder, CUB_FILES.labels)
  return labelsFrom({ file, folder: folder.path, given: undefined }, { rows, isByIndex: false }, images)
}

/**
 * ILSVRC's validation images, whose classes stand by number in the order of the images' names. Undefined where there is no
 * such list. Throws `dataset-invalid` when it does not fit the images or nothing says which classes the numbers are.
 */
export async function readGroundTruth(
  root: string,
  tree: Folder,
  images: readonly PlacedImage[],
  classes: ClassList | undefined,
): Promise<LabelSource | undefined> {
  const file = othersBelow(tree).find((name) => /validation_ground_truth\.txt$/i.test(name))
  const wanted = images.filter(({ given }) => given === undefined || given === 'validation')
  if (file === undefined || wanted.length === 0) return undefined
  const numbers = parseGroundTruth({ name: file }, await readList(root, file))
  if (numbers.length !== wanted.length) {
    const problem = `expected a line for each of ${wanted.length} images, found ${numbers.length}`
    throw fileError({ name: file }, 'dataset-invalid', problem, 'all lines')
  }
  const synsetOf = await readKitOrder(root, tree, file, classes)
  const sorted = [...wanted].sort((left, right) => (left.name < right.name ? -1 : 1))
  const labelled = sorted.map((image, i) => {
    const number = numbers[i] ?? 0
    const label = synsetOf.get(number)
    if (label !== undefined) return [image, { line: i + 1, file: image.name, label }] as const
    const problem = `line ${i + 1}: expected the number of a class, found ${number}`
    throw fileError({ name: file }, 'dataset-invalid', problem, `line ${i + 1}`)
  })
  const rows = labelled.map(([, row]) => row)
  return { file, given: 'validation', rows, isByIndex: false, taken: new Map(labelled), untaken: 0, unusable: [] }
}

/** The synset of each number: by the kit's own list, or by a list of classes in the kit's order, which is no alphabet. */
async function readKitOrder(
  root: string,
  tree: Folder,
  groundTruth: string,
  classes: ClassList | undefined,
): Promise<ReadonlyMap<number, string>> {
  const kitFile = othersBelow(tree).find((name) => `/${name}`.endsWith(`/${KIT_FILE}`))
  if (kitFile !== undefined) return parseKitNumbers(await readList(root, kitFile))
  if (classes !== undefined && !isAlphabetical(classes)) {
    return new Map([...classes.indexOf.keys()].map((key, index) => [index + 1, key]))
  }
  const found = classes === undefined ? 'no list of classes' : 'a list of classes in alphabetical order'
  throw fileError(
    { name: groundTruth },
    'dataset-invalid',
    `expected a list of the classes in the order of the ILSVRC development kit, whose numbers it gives, found ${found}`,
    'line 1',
    `Put the kit's ${KIT_FILE} (synset, number and name a line) beside it and import again.`,
  )
}
