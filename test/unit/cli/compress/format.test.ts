import { describe, expect, it } from 'vitest'
import type { CompressedNetwork } from '#cli/compress/compress-network.ts'
import { formatCompressed, formatOutcomes } from '#cli/compress/format.ts'
import { sampleShape } from '#main/library/sample-shape.ts'
import { sizesOfParts } from '#shared/package/accounting.ts'
import { inventedNetwork } from '#test/support/renderer-harness/invented-records.ts'

const { record, layers } = inventedNetwork('net-9', 'Mine', 'resnet20-cifar-b', 'imported', '').detail

function compressed(changes: Partial<CompressedNetwork> = {}): CompressedNetwork {
  const sizes = sizesOfParts(sampleShape(), [
    { part: 'kernels', bytes: 68_000, detail: 'cosine codes' },
    { part: 'header', bytes: 1600, detail: 'description and tensor table' },
  ])
  return {
    source: '/nets/resnet20.pth',
    target: '/out/resnet20.spectral.safetensors',
    recognised: {
      architecture: record.architecture,
      classes: 10,
      description: { ...record, layers },
      shape: sampleShape(),
      inputShape: { channels: 3, height: 32, width: 32 },
      format: 'pytorch-zip',
      sha256: 'a'.repeat(64),
      sizeBytes: 1_100_000,
      evidence: 'made up',
      notes: ['The prefix "module." of all tensors was stripped.'],
    },
    sizes,
    relativeError: 0.27653,
    layers: [],
    step: 0.025,
    seconds: 0.94,
    sha256: 'b'.repeat(64),
    sizeBytes: 69_600,
    accuracies: [],
    ...changes,
  }
}
const accuracies = [
  { split: 'test', original: { correct: 9183, total: 10_000 }, reconstructed: { correct: 9106, total: 10_000 } },
] as const

describe('what is printed of one network', () => {
  it('names file and network, every part in bytes, ratio and relative error', () => {
    const lines = formatCompressed(compressed()).split('\n')
    expect(lines[0]).toBe('file     /out/resnet20.spectral.safetensors')
    expect(lines).toContain('note     The prefix "module." of all tensors was stripped.')
    expect(lines.find((line) => line.startsWith('kernels'))).toMatch(/68,000 bytes +cosine codes$/)
    expect(lines.find((line) => line.startsWith('all parts'))).toMatch(/69,600 bytes +15\.\d\d×/)
    expect(lines).toContain('relative error of the weights  0.2765')
    expect(lines.some((line) => line.startsWith('accuracy'))).toBe(false)
  })

  it('has accuracies where they were measured', () => {
    expect(formatCompressed(compressed({ accuracies }))).toMatch(/test +91\.83 % +91\.06 % +−0\.77 points +10,000/)
  })
})

describe('the table of several', () => {
  const failed = { source: '/nets/letter.pth', error: { code: 'file-unsupported', message: 'No network.' } } as const

  it('has a line each, and says which failed', () => {
    const [head, first, second] = formatOutcomes([compressed(), failed]).split('\n')
    expect(head?.trim().split(/ {2,}/)).toEqual(['network', 'original', 'file', 'ratio', 'relative error', 'time'])
    expect(first?.trim().split(/ {2,}/)).toEqual([
      'resnet20.pth',
      '1,096,168 bytes',
      '69,600 bytes',
      '15.75×',
      '0.2765',
      '0.9 s',
    ])
    expect(second).toMatch(/^letter\.pth +file-unsupported$/)
  })

  it('has accuracies where any were measured', () => {
    const [head, first] = formatOutcomes([compressed({ accuracies }), failed]).split('\n')
    expect(head).toMatch(/accuracy +difference$/)
    expect(first).toMatch(/91\.06 % +−0\.77 points$/)
  })
})
