import { readFileSync } from 'node:fs'
import { legacyFile, legacyTensor } from '#test/unit/formats/pytorch/hostile-pickle.ts'
import { mutatePickle } from '../pickle-parts.ts'
import type { FuzzedReader } from '../reader.ts'
import { readWholeFile } from './safetensors.ts'

/** torch.save before version 1.6. */
export const pytorchLegacy: FuzzedReader = {
  name: 'pytorch-legacy',
  seeds: [
    new Uint8Array(readFileSync('test/fixtures/pytorch/legacy.pt')),
    new Uint8Array(readFileSync('test/fixtures/pytorch/beside-legacy.pt')),
    legacyTensor({}),
    legacyTensor({ shape: [2, 2], strides: [2, 1] }),
  ],
  mutate: mutatePickle,
  handmade: [
    legacyFile(['}']),
    legacyFile(['cposix\nsystem\n']),
    legacyTensor({ count: 2 ** 30 }),
    legacyTensor({ shape: [2e9], strides: [0] }),
    legacyTensor({ shape: [2 ** 30, 2 ** 30, 2 ** 30], strides: [1, 1, 1] }),
  ],
  codes: ['file-truncated', 'file-corrupt', 'file-unsupported', 'file-unsafe'],
  isRecognised: (bytes) => bytes[0] === 0x80 && (bytes[1] ?? 0) >= 2 && (bytes[1] ?? 9) <= 5,
  read: readWholeFile,
}
