import type { Tensor } from 'onnxruntime-node'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { AppException } from '#shared/basics/result.ts'
import { copyTensor } from '../check-inputs.ts'
import type { DeviceState } from '../executor.ts'
import type { Runtime } from './runtime.ts'
import { fromRuntime, toRuntime } from './tensors.ts'

/** Reads tensors that lie on another device, in one transfer. */
export type ReadBack = (tensors: ReadonlyMap<string, Tensor>) => Promise<HostTensors>

/** State as tensors of ONNX Runtime: what one run returns is fed to the next as it is. */
export class RuntimeState implements DeviceState {
  readonly #runtime: Runtime
  readonly #readBack: ReadBack
  readonly #tensors = new Map<string, Tensor>()

  constructor(runtime: Runtime, readBack: ReadBack, tensors: HostTensors) {
    this.#runtime = runtime
    this.#readBack = readBack
    this.write(tensors)
  }

  get tensors(): ReadonlyMap<string, Tensor> {
    return this.#tensors
  }

  replace(name: string, tensor: Tensor): void {
    const old = this.#tensors.get(name)
    this.#tensors.set(name, tensor)
    if (old !== undefined && old !== tensor) old.dispose()
  }

  async read(names: readonly string[] = [...this.#tensors.keys()]): Promise<HostTensors> {
    const result: Record<string, HostTensors[string]> = {}
    const elsewhere = new Map<string, Tensor>()
    for (const name of names) {
      const tensor = this.#tensors.get(name)
      if (tensor === undefined) {
        throw new AppException({ code: 'invalid-argument', message: `There is no state named ${name}` })
      }
      if (tensor.location === 'gpu-buffer') elsewhere.set(name, tensor)
      else result[name] = copyTensor(fromRuntime(name, tensor))
    }
    return elsewhere.size === 0 ? result : { ...result, ...(await this.#readBack(elsewhere)) }
  }

  write(tensors: HostTensors): void {
    for (const [name, tensor] of Object.entries(tensors)) {
      this.replace(name, toRuntime(this.#runtime, copyTensor(tensor)))
    }
  }

  dispose(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose()
    this.#tensors.clear()
  }
}
