/** Between the studio's tensors and those of ONNX Runtime, without copying. */
import type { OnnxValue, Tensor } from 'onnxruntime-node'
import type { HostTensor, TensorSpec } from '#shared/tensors/host-tensor.ts'
import { AppException } from '#shared/basics/result.ts'
import type { Runtime } from './runtime.ts'

export function toRuntime(runtime: Runtime, { dtype, data, shape }: HostTensor): Tensor {
  return new runtime.Tensor(dtype, data, shape)
}

/** Throws `internal` when the runtime returns something that no program declares. */
export function fromRuntime(name: string, value: OnnxValue | undefined): HostTensor {
  const data = value?.data
  if (data instanceof Float32Array) return { shape: value?.dims ?? [], dtype: 'float32', data }
  if (data instanceof Int32Array) return { shape: value?.dims ?? [], dtype: 'int32', data }
  throw new AppException({ code: 'internal', message: `Output ${name} arrived as ${value?.type ?? 'nothing'}` })
}

/** Shape and type without touching the contents, which may lie on another device. */
export function specOf(tensor: Tensor): TensorSpec {
  return { shape: tensor.dims, dtype: tensor.type === 'int32' ? 'int32' : 'float32' }
}
