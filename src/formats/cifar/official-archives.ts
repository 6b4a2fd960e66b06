/** The archives of the official site (www.cs.toronto.edu/~kriz/cifar.html) and the sums its page gives for them. */
import type { CifarForm, CifarVariant } from './layout.ts'

export interface OfficialArchive {
  readonly kind: CifarVariant['kind']
  readonly form: Exclude<CifarForm, 'sheets'>
  readonly fileName: string
  readonly md5: string
}

export const officialArchives: readonly OfficialArchive[] = [
  {
    kind: 'cifar10',
    form: 'binary',
    fileName: 'cifar-10-binary.tar.gz',
    md5: 'c32a1d4ab5d03f1284b67883e8d87530',
  },
  {
    kind: 'cifar10',
    form: 'python',
    fileName: 'cifar-10-python.tar.gz',
    md5: 'c58f30108f718f92721af3b95e74349a',
  },
  {
    kind: 'cifar100',
    form: 'binary',
    fileName: 'cifar-100-binary.tar.gz',
    md5: '03b5dce01913d631647c71ecec9e9cb8',
  },
  {
    kind: 'cifar100',
    form: 'python',
    fileName: 'cifar-100-python.tar.gz',
    md5: 'eb9058c3a382ffc7106e4002c42a8d85',
  },
]
