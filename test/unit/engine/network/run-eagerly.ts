import '@tensorflow/tfjs-backend-cpu'
import type { Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { sizeOf, type HostTensor, type HostTensors, type TensorSpec } from '#shared/tensors/host-tensor.ts'

/** All outputs of one run of `program` on TensorFlow.js' plain cpu backend; nothing is left allocated. */
export async function runEagerly(program: Program, inputs: HostTensors, state: HostTensors): Promise<HostTensors> {
  await tf.setBackend('cpu')
  const given = { ...pick(program.inputs, inputs), ...pick(program.state, state), ...program.constants }
  const outputs: Record<string, HostTensor> = {}
  tf.tidy(() => {
    const tensors = Object.fromEntries(
      Object.entries(given).map(([name, { data, shape, dtype }]) => [name, tf.tensor(data, [...shape], dtype)]),
    )
    for (const [name, tensor] of Object.entries(program.build(tensors))) {
      const shape = tensor.shape
      const data = tensor.dataSync()
      outputs[name] =
        tensor.dtype === 'int32'
          ? { shape, dtype: 'int32', data: Int32Array.from(data) }
          : { shape, dtype: 'float32', data: Float32Array.from(data) }
    }
  })
  return outputs
}

function pick(specs: Readonly<Record<string, TensorSpec>>, tensors: HostTensors): HostTensors {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { shape }]) => {
      const tensor = tensors[name]
      if (tensor?.data.length !== sizeOf(shape)) throw new RangeError(`${name} must have shape [${shape.join(', ')}]`)
      return [name, tensor]
    }),
  )
}
