import type { FuzzedReader } from '../reader.ts'
import { baselinePackage } from './baseline-package.ts'
import { cifarBinary } from './cifar-binary.ts'
import { cifarPython } from './cifar-python.ts'
import { labelList } from './label-list.ts'
import { labelTable } from './label-table.ts'
import { image } from './image.ts'
import { imageCache } from './image-cache.ts'
import { kernelHistory } from './kernel-history.ts'
import { nernPackage } from './nern-package.ts'
import { npz } from './npz.ts'
import { onnx } from './onnx.ts'
import { parquet } from './parquet.ts'
import { pngSheet } from './png-sheet.ts'
import { pytorchLegacy } from './pytorch-legacy.ts'
import { pytorchZip } from './pytorch-zip.ts'
import { safetensors } from './safetensors.ts'
import { spectralPackage } from './spectral-package.ts'
import { tarGzip } from './tar-gz.ts'
import { webdataset } from './webdataset.ts'
import { zip } from './zip.ts'

/** Every reader of files that come from outside. */
export const fuzzedReaders: readonly FuzzedReader[] = [
  safetensors,
  pytorchZip,
  pytorchLegacy,
  npz,
  onnx,
  zip,
  pngSheet,
  cifarBinary,
  cifarPython,
  tarGzip,
  nernPackage,
  baselinePackage,
  spectralPackage,
  kernelHistory,
  imageCache,
  image,
  labelList,
  labelTable,
  parquet,
  webdataset,
]
