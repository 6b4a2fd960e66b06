/** What can be said of a copy of CIFAR: by the sums of its files or its archive where they are known, else by counting. */
import { countsByClass } from '../class-counts.ts'
import type { CifarVariant } from './layout.ts'
import { officialArchives } from './official-archives.ts'
import type { CifarImages } from './records.ts'

interface CifarContent {
  readonly variant: CifarVariant
  readonly archiveMd5: string | undefined
  /** Batches whose records are not the official ones by SHA-256, or of which no sum is known. */
  readonly differing: readonly string[]
  readonly classNames: readonly string[]
  readonly train: CifarImages
  readonly test: CifarImages
}

export function describeEvidence(content: CifarContent): string {
  const { variant, archiveMd5, differing } = content
  const { title } = variant
  if (differing.length === 0) {
    return `${title}, complete: all 60,000 images and labels equal the official binary files by SHA-256`
  }
  const isOfficialArchive = officialArchives.some(({ kind, md5 }) => kind === variant.kind && md5 === archiveMd5)
  if (isOfficialArchive) return `${title}, complete: the archive equals the official one by MD5`
  const hasSums = variant.batches.some(({ sha256 }) => sha256 !== undefined)
  if (hasSums) return `${title} layout, content not the official one: ${differing.join(', ')} differ by SHA-256`
  return `${title} layout, ${unevenClass(content) ?? 'classes of equal size as in the official files; no checksum of these files is known'}`
}

/** The official classes are of equal size. */
function unevenClass({ variant, classNames, train, test }: CifarContent): string | undefined {
  for (const [split, { labels }] of [
    ['training', train],
    ['test', test],
  ] as const) {
    const expected = labels.length / variant.classes
    const counts = countsByClass(labels, variant.classes)
    const uneven = counts.findIndex((count) => count !== expected)
    if (uneven === -1) continue
    const found = `${counts[uneven]} ${split} images of ${classNames[uneven]} instead of ${expected}`
    return `content not the official one: ${found}`
  }
  return undefined
}
