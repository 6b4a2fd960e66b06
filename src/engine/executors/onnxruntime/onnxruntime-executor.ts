/** Compiles programs to ONNX and runs them with ONNX Runtime's native package. */
import { cpus } from 'node:os'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { compileToOnnx, type OnnxProgram } from '#engine/program/compiler/compile.ts'
import type { LoweringTarget } from '#engine/program/onnx/lowering.ts'
import type { Program } from '#engine/program/program.ts'
import type { ProviderName } from '#shared/execution/executors.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { AppException, toAppError } from '#shared/basics/result.ts'
import { checkInputs, checkTensors } from '../check-inputs.ts'
import type { CompiledProgram, DeviceInfo, DeviceState, Executor } from '../executor.ts'
import { findChannelBlock } from './channel-block.ts'
import { physicalCores } from './physical-cores.ts'
import { assertProvider, loadRuntime, sessionOptions, unavailable, type Runtime } from './runtime.ts'
import { RuntimeState } from './runtime-state.ts'
import { fromRuntime, specOf, toRuntime } from './tensors.ts'

export interface OnnxRuntimeOptions {
  readonly provider: ProviderName
  /** Intra-op threads; 0 takes one a physical core. */
  readonly threads: number
  /** For measurements and tests: false leaves convolutions on blocked channels out. */
  readonly usesBlockedChannels?: boolean
  /** For measurements: how long waiting threads burn their cores, or `runtime` for what ONNX Runtime does by itself. */
  readonly spinMicroseconds?: number | 'runtime'
  /** For measurements: ONNX Runtime writes a profile of every program to a file with this prefix. */
  readonly profilePrefix?: string
}

/** Throws `AppException` `executor-unavailable` when the provider does not work on this machine. */
export async function createOnnxRuntimeExecutor(options: OnnxRuntimeOptions): Promise<Executor> {
  const runtime = await loadRuntime()
  assertProvider(runtime, options.provider)
  const threads = options.threads === 0 ? physicalCores() : options.threads
  const resolved = { ...options, threads: threads ?? 0 }
  const executor = new OnnxRuntimeExecutor(runtime, resolved, await targetOf(runtime, options))
  await executor.probe()
  return executor
}

async function targetOf(runtime: Runtime, options: OnnxRuntimeOptions): Promise<LoweringTarget> {
  if (options.provider !== 'cpu') return { device: 'gpu' }
  const channelBlock = options.usesBlockedChannels === false ? undefined : await findChannelBlock(runtime)
  return channelBlock === undefined ? { device: 'cpu' } : { device: 'cpu', channelBlock }
}

class OnnxRuntimeExecutor implements Executor {
  readonly device: DeviceInfo
  readonly #runtime: Runtime
  readonly #options: OnnxRuntimeOptions
  readonly #target: LoweringTarget
  readonly #readers = new Map<string, Promise<RuntimeProgram>>()

  constructor(runtime: Runtime, options: OnnxRuntimeOptions, target: LoweringTarget) {
    this.#runtime = runtime
    this.#options = options
    this.#target = target
    this.device = {
      executor: 'onnxruntime',
      provider: options.provider,
      name: deviceName(options.provider),
      runtime: `onnxruntime ${runtime.env.versions.node ?? runtime.env.versions.common}`,
      threads: options.threads,
    }
  }

  /** Adds two numbers on the device. */
  async probe(): Promise<void> {
    const program: Program = {
      name: 'probe',
      inputs: { a: { shape: [2], dtype: 'float32' }, b: { shape: [2], dtype: 'float32' } },
      state: {},
      constants: {},
      build: (tensors) => ({ b: required(tensors, 'b') }),
    }
    try {
      const compiled = await this.compile(program)
      const input = { shape: [2], dtype: 'float32', data: Float32Array.of(1, 2) } as const
      const state = this.createState({})
      await compiled.run({ a: input, b: input }, state)
      compiled.dispose()
      state.dispose()
    } catch (error) {
      throw unavailable(this.#options.provider, toAppError(error).message, error)
    }
  }

  createState(tensors: HostTensors): DeviceState {
    return new RuntimeState(this.#runtime, (elsewhere) => this.#readBack(elsewhere), tensors)
  }

  async compile(program: Program): Promise<CompiledProgram> {
    return this.#compile(program)
  }

  dispose(): void {
    for (const reader of this.#readers.values()) void reader.then((program) => program.dispose())
    this.#readers.clear()
  }

  async #compile(program: Program): Promise<RuntimeProgram> {
    const compiled = compileToOnnx(program, this.#target)
    const residentOutputs = [...compiled.outputs].flatMap(([name, port]) => (name in program.state ? [port] : []))
    const options = sessionOptions({ ...this.#options, residentOutputs })
    try {
      const session = await this.#runtime.InferenceSession.create(compiled.bytes, options)
      return new RuntimeProgram(this.#runtime, program, compiled, session)
    } catch (error) {
      // Want of memory stays what it is; anything else is a defect of the program.
      const reason = toAppError(error)
      const message = `ONNX Runtime refused program ${program.name}: ${reason.message}`
      throw new AppException({ ...reason, message }, { cause: error })
    }
  }

  /** `getData` of a tensor on a graphics device aborts the process; a program that copies it does not. */
  async #readBack(tensors: ReadonlyMap<string, Tensor>): Promise<HostTensors> {
    const inputs = Object.fromEntries([...tensors].map(([name, tensor]) => [name, specOf(tensor)]))
    const key = JSON.stringify(inputs)
    const program: Program = { name: 'read-back', inputs, state: {}, constants: {}, build: (given) => given }
    const reader = this.#readers.get(key) ?? this.#compile(program)
    this.#readers.set(key, reader)
    return (await reader).runTensors(tensors)
  }
}

class RuntimeProgram implements CompiledProgram {
  readonly #runtime: Runtime
  readonly #program: Program
  readonly #compiled: OnnxProgram
  readonly #session: InferenceSession

  constructor(runtime: Runtime, program: Program, compiled: OnnxProgram, session: InferenceSession) {
    this.#runtime = runtime
    this.#program = program
    this.#compiled = compiled
    this.#session = session
  }

  async run(inputs: HostTensors, state: DeviceState): Promise<HostTensors> {
    if (!(state instanceof RuntimeState)) {
      throw new AppException({ code: 'invalid-argument', message: 'The state belongs to another executor' })
    }
    checkInputs(this.#program, inputs)
    const stateSpecs = Object.fromEntries([...state.tensors].map(([name, tensor]) => [name, specOf(tensor)]))
    checkTensors(this.#program.name, 'state', this.#program.state, stateSpecs)
    const given = new Map<string, Tensor>()
    for (const name of Object.keys(this.#program.state))
      given.set(name, required(Object.fromEntries(state.tensors), name))
    for (const [name, tensor] of Object.entries(inputs)) given.set(name, toRuntime(this.#runtime, tensor))
    return this.runTensors(given, state)
  }

  /** Outputs named like an entry of `state` go there. */
  async runTensors(given: ReadonlyMap<string, Tensor>, state?: RuntimeState): Promise<HostTensors> {
    const feeds: Record<string, Tensor> = {}
    for (const [name, port] of this.#compiled.inputs) {
      const tensor = given.get(name)
      if (tensor !== undefined) feeds[port] = tensor
    }
    const results = await this.#session.run(feeds)
    const outputs: Record<string, HostTensors[string]> = {}
    for (const [name, port] of this.#compiled.outputs) {
      const result = results[port]
      if (state !== undefined && name in this.#program.state && result !== undefined) state.replace(name, result)
      else outputs[name] = fromRuntime(name, result)
    }
    return outputs
  }

  dispose(): void {
    // Writes the profile, if one was asked for; does nothing otherwise.
    this.#session.endProfiling()
    void this.#session.release()
  }
}

function deviceName(provider: ProviderName): string {
  return provider === 'cpu' ? (cpus()[0]?.model.trim() ?? 'processor') : `${provider} device`
}

function required<T>(record: Readonly<Record<string, T>>, name: string): T {
  const value = record[name]
  if (value !== undefined) return value
  throw new AppException({ code: 'internal', message: `There is no tensor named ${name}` })
}
