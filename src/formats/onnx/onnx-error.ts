import type { AppErrorCode } from '#shared/basics/result.ts'
import { fileError, type NamedFile } from '../file-error.ts'

/** What a user can do about a graph: a state dict would be no way round, since it was chosen because of its graph. */
const remedies: Partial<Record<AppErrorCode, string>> = {
  'file-truncated': 'The copy or download is incomplete; fetch the file again.',
  'file-corrupt': 'The graph contradicts itself; export it again with the program it came from.',
  'file-unsupported':
    'Export it again as an inference graph with opset_version=17 (torch.onnx.export, or tf2onnx for Keras), or import the weights alone if the studio knows the architecture.',
  'file-unsafe': 'Nothing of the file was imported. Export the graph again with the program it came from.',
}

/** An error about an ONNX file, as `fileError`, with what can be done about a graph. */
export function onnxError(file: NamedFile, code: AppErrorCode, problem: string, at: string, remedy = remedies[code]) {
  return fileError(file, code, problem, at, remedy)
}
