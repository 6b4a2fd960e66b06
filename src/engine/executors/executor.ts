/** What every executor offers. Swapping one for another changes results only by rounding. */
import type { Program } from '#engine/program/program.ts'
import type { ExecutorName, ProviderName } from '#shared/execution/executors.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'

export interface DeviceInfo {
  readonly executor: ExecutorName
  /** Execution provider of ONNX Runtime, or the TensorFlow device that is really used. */
  readonly provider: ProviderName
  /** Adapter or processor name as the runtime reports it. */
  readonly name: string
  /** Version of the native runtime, e.g. `onnxruntime 1.30.0`. */
  readonly runtime: string
  readonly threads: number
}

/** Named tensors that live with the executor and are shared by the programs compiled by it. */
export interface DeviceState {
  /** Copies to ordinary memory; all entries when `names` is left out. */
  read(names?: readonly string[]): Promise<HostTensors>
  /** Replaces or adds entries (copied in). */
  write(tensors: HostTensors): void
  dispose(): void
}

export interface CompiledProgram {
  /**
   * Runs once. Outputs named like a state entry go to `state`; the others are returned.
   * Throws `AppException` `invalid-argument` when an input is missing or has another shape than specified.
   */
  run(inputs: HostTensors, state: DeviceState): Promise<HostTensors>
  dispose(): void
}

export interface Executor {
  readonly device: DeviceInfo
  createState(tensors: HostTensors): DeviceState
  /** Throws `AppException` `op-unsupported` naming the operation when the program cannot be lowered. */
  compile(program: Program): Promise<CompiledProgram>
  dispose(): void
}

export interface ExecutorOptions {
  readonly executor: ExecutorName
  readonly provider: ProviderName
  /** Intra-op threads; 0 takes one a physical core. */
  readonly threads: number
}
