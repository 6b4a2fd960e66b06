/** Runs programs operation by operation on a TensorFlow.js backend that computes at once. */
import { tf } from '#engine/program/tfjs.ts'
import type { Program } from '#engine/program/program.ts'
import type { HostTensor, HostTensors } from '#shared/tensors/host-tensor.ts'
import { AppException } from '#shared/basics/result.ts'
import { checkInputs, checkTensors } from './check-inputs.ts'
import type { CompiledProgram, DeviceInfo, DeviceState, Executor } from './executor.ts'

export class EagerExecutor implements Executor {
  readonly device: DeviceInfo
  readonly #backend: string

  /** `backend` is registered with TensorFlow.js and ready. */
  constructor(device: DeviceInfo, backend: string) {
    this.device = device
    this.#backend = backend
  }

  createState(tensors: HostTensors): DeviceState {
    return new EagerState(this.#backend, tensors)
  }

  /** Nothing is compiled; constants are copied to the device once. */
  compile(program: Program): Promise<CompiledProgram> {
    return Promise.resolve(new EagerProgram(this.#backend, program))
  }

  dispose(): void {}
}

class EagerState implements DeviceState {
  readonly #backend: string
  readonly #tensors = new Map<string, tf.Tensor>()

  constructor(backend: string, tensors: HostTensors) {
    this.#backend = backend
    this.write(tensors)
  }

  get tensors(): ReadonlyMap<string, tf.Tensor> {
    return this.#tensors
  }

  /** Takes `tensor` over. */
  replace(name: string, tensor: tf.Tensor): void {
    this.#tensors.get(name)?.dispose()
    this.#tensors.set(name, tf.keep(tensor))
  }

  async read(names: readonly string[] = [...this.#tensors.keys()]): Promise<HostTensors> {
    const result: Record<string, HostTensor> = {}
    for (const name of names) {
      const tensor = this.#tensors.get(name)
      if (tensor === undefined) {
        throw new AppException({ code: 'invalid-argument', message: `There is no state named ${name}` })
      }
      result[name] = await toHost(tensor)
    }
    return result
  }

  write(tensors: HostTensors): void {
    onBackend(this.#backend, () => {
      for (const [name, tensor] of Object.entries(tensors)) this.replace(name, fromHost(tensor))
    })
  }

  dispose(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose()
    this.#tensors.clear()
  }
}

class EagerProgram implements CompiledProgram {
  readonly #backend: string
  readonly #program: Program
  readonly #constants: ReadonlyMap<string, tf.Tensor>

  constructor(backend: string, program: Program) {
    this.#backend = backend
    this.#program = program
    this.#constants = onBackend(backend, () => {
      const entries = Object.entries(program.constants)
      return new Map(entries.map(([name, tensor]) => [name, tf.keep(fromHost(tensor))]))
    })
  }

  async run(inputs: HostTensors, state: DeviceState): Promise<HostTensors> {
    if (!(state instanceof EagerState)) {
      throw new AppException({ code: 'invalid-argument', message: 'The state belongs to another executor' })
    }
    const program = this.#program
    checkInputs(program, inputs)
    checkTensors(program.name, 'state', program.state, specsOf(state.tensors))
    const results = onBackend(this.#backend, () => tf.tidy(() => this.#build(inputs, state)))
    const outputs: Record<string, HostTensor> = {}
    for (const [name, tensor] of Object.entries(results)) {
      if (name in program.state) {
        state.replace(name, tensor)
      } else {
        outputs[name] = await toHost(tensor)
        tensor.dispose()
      }
    }
    return outputs
  }

  dispose(): void {
    for (const tensor of this.#constants.values()) tensor.dispose()
  }

  #build(inputs: HostTensors, state: EagerState): Record<string, tf.Tensor> {
    const tensors: Record<string, tf.Tensor> = Object.fromEntries(this.#constants)
    for (const name of Object.keys(this.#program.state)) {
      const tensor = state.tensors.get(name)
      if (tensor !== undefined) tensors[name] = tensor
    }
    for (const [name, tensor] of Object.entries(inputs)) tensors[name] = fromHost(tensor)
    // A program may return what it was given; a copy of the handle lets both be disposed of.
    const results = Object.entries(this.#program.build(tensors))
    return Object.fromEntries(results.map(([name, tensor]) => [name, tf.clone(tensor)]))
  }
}

/** Runs `work` with `backend` active and restores the one that was active before. `work` must not be asynchronous. */
function onBackend<T>(backend: string, work: () => T): T {
  const previous: string | undefined = tf.getBackend()
  // Takes effect at once: the backend has been initialised.
  void tf.setBackend(backend)
  try {
    return work()
  } finally {
    if (previous && previous !== backend) void tf.setBackend(previous)
  }
}

function fromHost({ data, shape, dtype }: HostTensor): tf.Tensor {
  // The reference backend keeps the array it is given; a copy keeps the caller's tensor independent of it.
  return tf.tensor(data.slice(), [...shape], dtype)
}

async function toHost(tensor: tf.Tensor): Promise<HostTensor> {
  const data = await tensor.data()
  if (tensor.dtype === 'float32') return { shape: tensor.shape, dtype: 'float32', data: Float32Array.from(data) }
  return { shape: tensor.shape, dtype: 'int32', data: Int32Array.from(data) }
}

function specsOf(
  tensors: ReadonlyMap<string, tf.Tensor>,
): Record<string, { shape: number[]; dtype: 'float32' | 'int32' }> {
  return Object.fromEntries(
    [...tensors].map(([name, { shape, dtype }]) => [name, { shape, dtype: dtype === 'int32' ? 'int32' : 'float32' }]),
  )
}
