import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { networkOnnx } from '#engine/network/onnx-export.ts'
import { writeNpz } from '#formats/npz/writer.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { unwrap } from '#shared/basics/result.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import { assertReadsBack } from '#trainer/weights/read-back.ts'

const network = unwrap(buildNetwork('resnet20-cifar-b', 10))
const tensors = initialParameters(network, 1)
const encoders = {
  safetensors: () => writeSafetensors(Object.entries(tensors)),
  npz: () => writeNpz(Object.entries(tensors)),
  onnx: () => networkOnnx(network, tensors),
} as const
const formats = ['safetensors', 'npz', 'onnx'] as const

describe.each(formats)('%s', (format) => {
  it('reads back as it was written', async () => {
    const path = join(temporaryFolder(), `whole.${format}`)
    await writeFile(path, encoders[format]())
    await expect(assertReadsBack(format, path, tensors)).resolves.toBeUndefined()
  })

  it('is refused when a disk has changed one bit of a tensor', async () => {
    const bytes = Buffer.from(encoders[format]())
    const { data } = tensors['linear.weight'] ?? { data: new Float32Array() }
    const at = bytes.indexOf(Buffer.from(data.buffer, data.byteOffset, data.byteLength))
    expect(at).toBeGreaterThan(0)
    bytes.writeUInt8(bytes.readUInt8(at + 5) ^ 1, at + 5)
    const path = join(temporaryFolder(), `changed.${format}`)
    await writeFile(path, bytes)
    await expect(assertReadsBack(format, path, tensors)).rejects.toMatchObject({ code: 'file-corrupt' })
  })

  it('is refused when a tensor is missing', async () => {
    const path = join(temporaryFolder(), `whole.${format}`)
    await writeFile(path, encoders[format]())
    const more = { ...tensors, other: { shape: [1], dtype: 'float32', data: Float32Array.of(1) } as const }
    await expect(assertReadsBack(format, path, more)).rejects.toMatchObject({ code: 'file-corrupt', where: 'other' })
  })
})
