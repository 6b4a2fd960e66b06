/** The archives of the official site (www.cs.toronto.edu/~kriz/cifar.html) and the sums its page gives for them. */
import type { CifarForm, CifarVariant } from './layout.ts'

export interface OfficialArchive {
  readonly kind: CifarVariant['kind']
  readonly form: Exclude<CifarForm, 'sheets'>
  readonly fileName: string
  readonly url: string
  readonly md5: string
}

function archive(
  kind: OfficialArchive['kind'],
  form: OfficialArchive['form'],
  fileName: string,
  md5: string,
): OfficialArchive {
  return { kind, form, fileName, url: `https://www.cs.toronto.edu/~kriz/${fileName}`, md5 }
}

export const officialArchives: readonly OfficialArchive[] = [
  archive('cifar10', 'binary', 'cifar-10-binary.tar.gz', 'c32a1d4ab5d03f1284b67883e8d87530'),
  archive('cifar10', 'python', 'cifar-10-python.tar.gz', 'c58f30108f718f92721af3b95e74349a'),
  archive('cifar100', 'binary', 'cifar-100-binary.tar.gz', '03b5dce01913d631647c71ecec9e9cb8'),
  archive('cifar100', 'python', 'cifar-100-python.tar.gz', 'eb9058c3a382ffc7106e4002c42a8d85'),
]
