import type { Network } from './network.ts'

/** The smallest float32 above zero. */
const barelyZero = 2 ** -149

/**
 * What stands around a padded map: zeros. Before the maximum of windows it is the smallest number above zero, which no
 * maximum can tell from it: ONNX Runtime 1.30 turns zeros there into the pool's own padding, which is -Infinity, and
 * maxima of maps with numbers below zero come out wrong.
 */
export function fillingOf({ nodes }: Pick<Network, 'nodes'>, padId: string): number {
  return nodes.some((node) => node.op === 'max-pool' && node.input === padId) ? barelyZero : 0
}

/** Whether a filling stands for zeros. */
export function isZeroFilling(filling: number): boolean {
  return filling === 0 || filling === barelyZero
}
