import type { SampledLayer } from '../tensors/kernel-sample.ts'

/** What a run has made of its kernels over its steps. */
export interface KernelHistory {
  /** Every represented layer, in the network's order; empty where no snapshots are kept. */
  readonly layers: readonly SampledLayer[]
  /** Ascending. */
  readonly steps: readonly KernelStep[]
  /** Absent where nothing is kept. */
  readonly shown?: LayerKernelHistory
}

export interface KernelStep {
  readonly step: number
  readonly phase: string
  /** ||w - w'|| / ||w|| of each layer, in their order; NaN where it is no number. */
  readonly errors: readonly number[]
}

/** One layer over all steps. */
export interface LayerKernelHistory {
  readonly layer: string
  /** [filters, channels, height, width] of what is shown: rows are filters. */
  readonly shape: readonly [number, number, number, number]
  readonly original: Float32Array
  /** Of each step, in the same order as `original`. */
  readonly reconstructed: readonly Float32Array[]
  /** Place of each kernel on the path that the method follows; absent without a permutation. */
  readonly places?: Int32Array
}
