/**
 * A convolutional network as data: a topologically ordered list of nodes over named parameters.
 * Names and layouts are those of the PyTorch state dict the network came from
 * (convolution weights [filters, channels / groups, height, width], linear weights [outputs, inputs]).
 */

import type { Activation } from '#shared/network/activation.ts'
import type { NetworkGraph } from '#shared/network/network-graph.ts'
import type { Preprocessing } from '#shared/network/preprocessing.ts'
import type { RepresentedShape } from '#shared/tensors/represented-shape.ts'

/** [height, width] */
export type Pair = readonly [number, number]

export interface ParameterSpec {
  /** Name in the state dict, without a `module.` prefix. */
  readonly name: string
  readonly shape: readonly number[]
  readonly role:
    | 'conv-weight'
    | 'conv-bias'
    | 'bn-weight'
    | 'bn-bias'
    | 'bn-mean'
    | 'bn-variance'
    | 'linear-weight'
    | 'linear-bias'
    | 'prelu-slope'
}

/** Geometry of a pool as PyTorch has it. */
export interface PoolingWindow {
  readonly kernel: Pair
  readonly stride: Pair
  /** On each side; never a maximum. */
  readonly padding: Pair
  /** Whether a last window that does not fit counts, as long as it starts within the map. */
  readonly isRoundedUp: boolean
}

export type NetworkNode =
  | { readonly op: 'input'; readonly id: string }
  | {
      readonly op: 'conv'
      readonly id: string
      readonly input: string
      readonly weight: string
      readonly bias?: string
      readonly stride: Pair
      /** Zero padding on each side, [height, width]. */
      readonly padding: Pair
      readonly dilation: Pair
      readonly groups: number
    }
  /** Of a map by channels, of a vector by features. */
  | {
      readonly op: 'batch-norm'
      readonly id: string
      readonly input: string
      /** Parameter name prefix; see `batchNormParameters`. */
      readonly prefix: string
      readonly epsilon: number
    }
  | { readonly op: 'relu'; readonly id: string; readonly input: string }
  /** min(max(x, 0), 6) */
  | { readonly op: 'relu6'; readonly id: string; readonly input: string }
  /** x where it is positive, else `slope` x. */
  | { readonly op: 'leaky-relu'; readonly id: string; readonly input: string; readonly slope: number }
  | { readonly op: 'sigmoid'; readonly id: string; readonly input: string }
  /** x min(max(x + 3, 0), 6) / 6 (Howard et al. 2019). */
  | { readonly op: 'hard-swish'; readonly id: string; readonly input: string }
  /** A function of each number that has no kind of its own above. */
  | { readonly op: 'activation'; readonly id: string; readonly input: string; readonly function: Activation }
  /** x where it is positive, else a learned slope times x: one for each channel, or a single one (He et al. 2015). */
  | { readonly op: 'prelu'; readonly id: string; readonly input: string; readonly slope: string }
  | { readonly op: 'add'; readonly id: string; readonly inputs: readonly [string, string] }
  /** Number by number; a map of one pixel weighs the channels of the other (squeeze and excitation). */
  | { readonly op: 'multiply'; readonly id: string; readonly inputs: readonly [string, string] }
  /** Zeros around a map, [before, after] along each axis. */
  | {
      readonly op: 'pad'
      readonly id: string
      readonly input: string
      readonly channels: Pair
      readonly rows: Pair
      readonly columns: Pair
    }
  /** Option A shortcut: every second pixel, then zero channels before and after (He et al. 2016, section 4.2). */
  | {
      readonly op: 'subsample-pad'
      readonly id: string
      readonly input: string
      readonly channelsBefore: number
      readonly channelsAfter: number
    }
  /** Joins maps along the channels. */
  | { readonly op: 'concat'; readonly id: string; readonly inputs: readonly string[] }
  /** Channels `start` up to `start + channels`. */
  | {
      readonly op: 'channel-slice'
      readonly id: string
      readonly input: string
      readonly start: number
      readonly channels: number
    }
  /** Deals the channels of `groups` equal groups out in turn: first of each group, second of each (ShuffleNet). */
  | { readonly op: 'channel-shuffle'; readonly id: string; readonly input: string; readonly groups: number }
  | ({ readonly op: 'max-pool'; readonly id: string; readonly input: string } & PoolingWindow)
  | ({
      readonly op: 'average-pool'
      readonly id: string
      readonly input: string
      /** Whether zero padding counts as pixels, PyTorch's default. */
      readonly countsPadding: boolean
    } & PoolingWindow)
  /** Averages over `size` windows that cover the map evenly, as PyTorch's AdaptiveAvgPool2d. */
  | { readonly op: 'adaptive-average-pool'; readonly id: string; readonly input: string; readonly size: Pair }
  /** Yields [batch, channels]. */
  | { readonly op: 'global-average-pool'; readonly id: string; readonly input: string }
  /** A vector [batch, features] as a map of one pixel, [batch, features, 1, 1]. */
  | { readonly op: 'one-pixel'; readonly id: string; readonly input: string }
  /** Yields [batch, channels * height * width]. */
  | { readonly op: 'flatten'; readonly id: string; readonly input: string }
  /** The identity, except in training; `shape` is that of one sample. */
  | {
      readonly op: 'dropout'
      readonly id: string
      readonly input: string
      /** Of a number to become zero. */
      readonly probability: number
      readonly shape: readonly number[]
    }
  | {
      readonly op: 'linear'
      readonly id: string
      readonly input: string
      readonly weight: string
      readonly bias?: string
    }

/**
 * A layer whose weights the predictor represents; its position in `Network.representedLayers` is coordinate l. A
 * convolution, unless a configuration adds linear layers (linear-layers.ts).
 */
export interface RepresentedLayer {
  /** Parameter name of the weight. */
  readonly name: string
  readonly shape: RepresentedShape
  /** Whether a predictor sees its kernels of 1 x 1 as tiles of 3 x 3; only where a configuration asks for it. */
  readonly tiled?: true
}

export interface Network {
  /** Identifier in the zoo, e.g. `resnet20-cifar-a`; or `graph-` and a digest for a network with a description of its own. */
  readonly architecture: string
  /** For people, e.g. `ResNet-20 (CIFAR, option A)`. */
  readonly title: string
  readonly inputShape: { readonly channels: number; readonly height: number; readonly width: number }
  /** Of its input images, as in its training. */
  readonly preprocessing: Preprocessing
  readonly classes: number
  /** Of a network that is none of the zoo's: its description, which is kept wherever the network is named. */
  readonly graph?: NetworkGraph
  readonly parameters: readonly ParameterSpec[]
  readonly nodes: readonly NetworkNode[]
  /** Id of the node that yields the logits [batch, classes]. */
  readonly output: string
  /** Method spec 1.3 and the header of the zoo's file: layer coordinate l = index. */
  readonly representedLayers: readonly RepresentedLayer[]
  /**
   * Node ids whose outputs feature-map distillation compares (method spec 3).
   * ResNets, `documented`: stem BN, then per block BN1, BN2, sum. `faithful`: what the authors' code really stores
   * (the post-add map twice per block, the BN2 map never). An id may occur twice. Networks the authors do not distil have
   * one list for both; the header of their file in the zoo says which maps.
   */
  readonly featureMaps: { readonly faithful: readonly string[]; readonly documented: readonly string[] }
}

/** Names of the parameters of a batch-norm: scale, shift, running mean and running variance. */
export function batchNormParameters(prefix: string): readonly [string, string, string, string] {
  return [`${prefix}.weight`, `${prefix}.bias`, `${prefix}.running_mean`, `${prefix}.running_var`]
}
