/**
 * CIFAR-10 in its official binary layout (www.cs.toronto.edu/~kriz/cifar.html): six files of 10,000 records, each a
 * label byte and an image of 3 x 32 x 32 bytes.
 */

export const classNames = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
] as const

/** [channels, height, width] */
export const imageShape = [3, 32, 32] as const
export const PIXELS = 32 * 32
export const IMAGE_BYTES = 3 * PIXELS
export const RECORD_BYTES = 1 + IMAGE_BYTES
export const BATCH_IMAGES = 10_000
export const BATCH_BYTES = BATCH_IMAGES * RECORD_BYTES

export interface CifarBatch {
  /** Without extension: `data_batch_1` is .bin in the official layout and .png as a sheet. */
  readonly name: string
  readonly isTest: boolean
  /** Of the official binary file. */
  readonly sha256: string
}

/** In the order of the training images, the test images last. */
export const batches: readonly CifarBatch[] = [
  {
    name: 'data_batch_1',
    isTest: false,
    sha256: 'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5',
  },
  {
    name: 'data_batch_2',
    isTest: false,
    sha256: 'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed',
  },
  {
    name: 'data_batch_3',
    isTest: false,
    sha256: 'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67',
  },
  {
    name: 'data_batch_4',
    isTest: false,
    sha256: '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48',
  },
  {
    name: 'data_batch_5',
    isTest: false,
    sha256: '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add',
  },
  {
    name: 'test_batch',
    isTest: true,
    sha256: '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b',
  },
]

export const TRAIN_IMAGES = 50_000
export const TEST_IMAGES = 10_000
