/** Snapshots of a run's kernels: a few of every layer, dense at the beginning of each phase, where most happens. */
import { writeKernelSample, writeKernelSnapshot } from '#formats/kernel-history/writer.ts'
import { sampledKernels, sampledValues, sampleOf, type SampledLayer } from '#shared/tensors/kernel-sample.ts'
import { kernelShapeOf, representedShapeSchema } from '#shared/tensors/represented-shape.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import type { LayerError } from '../measure/reconstruction-errors.ts'
import type { JobContext } from '../process/job-context.ts'

/** At most so many of a phase, beside its first. */
const snapshotsOfPhase = 20

/** Where a run is in its present phase. */
export interface PhasePosition {
  readonly phase: string
  readonly done: number
  readonly total: number
}

export interface KernelSnapshotOptions {
  readonly context: Pick<JobContext, 'send'>
  readonly original: HostTensors
  /** Place of every kernel of a layer in the order in which the method sees them; absent without a permutation. */
  readonly placesOf?: (layer: string) => Int32Array | undefined
}

export class KernelSnapshots {
  readonly #options: KernelSnapshotOptions
  /** Known with the first weights: a method says with them which layers it represents. */
  #sample: readonly SampledLayer[] | undefined
  #position: PhasePosition = { phase: 'start', done: 0, total: 0 }
  #dueSteps: { readonly total: number; readonly steps: ReadonlySet<number> } = { total: -1, steps: new Set() }
  #isDue = false

  constructor(options: KernelSnapshotOptions) {
    this.#options = options
  }

  /** Says where the run is now. The same steps are due in every attempt, so that one that goes on leaves no gap. */
  reach(position: PhasePosition): void {
    if (this.#dueSteps.total !== position.total) {
      this.#dueSteps = { total: position.total, steps: snapshotSteps(position.total) }
    }
    this.#position = position
    this.#isDue = this.#dueSteps.steps.has(position.done)
  }

  get isDue(): boolean {
    return this.#isDue
  }

  /** Sends one, if one is due here. @param errors of the layers of `weights`, in their order */
  takeIfDue(step: number, weights: HostTensors, errors: readonly LayerError[]): void {
    if (!this.#isDue) return
    this.#isDue = false
    const isFirst = this.#sample === undefined
    this.#sample ??= sampleOf(errors.map(({ name, shape }) => ({ name, shape: representedShapeSchema.parse(shape) })))
    const sample = this.#sample
    const bytes = writeKernelSnapshot({
      step,
      phase: this.#position.phase,
      errors: errors.map(({ relativeError }) => (Number.isFinite(relativeError) ? relativeError : null)),
      layers: sample.map((layer) => ({ layer, values: valuesOf(weights, layer) })),
    })
    const { context, original } = this.#options
    context.send({
      type: 'kernel-snapshot',
      step,
      bytes,
      ...(isFirst ? { sample: this.#sampleFile(sample, (layer) => valuesOf(original, layer)) } : {}),
    })
  }

  #sampleFile(sample: readonly SampledLayer[], originalOf: (layer: SampledLayer) => Float32Array) {
    return writeKernelSample(
      sample.map((layer) => {
        const places = this.#options.placesOf?.(layer.name)
        const [, channels] = kernelShapeOf(layer.shape)
        return {
          layer,
          original: originalOf(layer),
          ...(places === undefined
            ? {}
            : {
                places: Int32Array.from(
                  sampledKernels(layer),
                  ([filter, channel]) => places[filter * channels + channel] ?? 0,
                ),
              }),
        }
      }),
    )
  }
}

function valuesOf(tensors: HostTensors, layer: SampledLayer): Float32Array {
  const tensor = tensors[layer.name]
  if (tensor?.dtype !== 'float32') throw new RangeError(`no weight for layer ${layer.name}`)
  return sampledValues(tensor.data, layer)
}

/** The first and the last step of a phase, and between them some at equal ratios. */
export function snapshotSteps(total: number): ReadonlySet<number> {
  const ratio = total ** (1 / snapshotsOfPhase)
  return new Set([0, ...Array.from({ length: snapshotsOfPhase }, (_, at) => Math.round(ratio ** (at + 1))), total])
}
