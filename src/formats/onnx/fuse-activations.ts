/**
 * Activations that exporters write as several operators, as the one function that they are. What is not recognised stays a
 * chain of products, sums and simpler functions, which computes the same.
 */
import type { NetworkNode } from '#networks/network.ts'
import type { Activation } from '#shared/network/activation.ts'

/** A node times a number. */
interface Scaled {
  readonly scale: number
  readonly id: string
}

/** The same nodes with the last one of each chain replaced; the others are left for whoever else looks at them. */
export function fuseActivations(nodes: readonly NetworkNode[]): readonly NetworkNode[] {
  const graph = new Chains(nodes)
  return nodes.map((node) => graph.fused(node) ?? node)
}

class Chains {
  readonly #nodes: ReadonlyMap<string, NetworkNode>

  constructor(nodes: readonly NetworkNode[]) {
    this.#nodes = new Map(nodes.map((node) => [node.id, node]))
  }

  fused({ id, op }: NetworkNode): NetworkNode | undefined {
    if (op !== 'multiply' && op !== 'activation') return undefined
    const whole = this.#scaled(id)
    const input = this.#hardSigmoidOf(whole)
    if (input !== undefined && op === 'activation') {
      return { op, id, input, function: { name: 'hard-sigmoid', alpha: 1 / 6, beta: 0.5 } }
    }
    const product = this.#nodes.get(whole.id)
    if (product?.op !== 'multiply') return undefined
    const [left, right] = product.inputs
    return this.#gated(id, whole.scale, left, right) ?? this.#gated(id, whole.scale, right, left)
  }

  /** The node `id`, `scale` x gate(x) as one function; undefined when the second factor is no such gate. */
  #gated(id: string, scale: number, first: string, second: string): NetworkNode | undefined {
    const x = this.#scaled(first)
    const gate = this.#scaled(second)
    const factor = scale * x.scale * gate.scale
    const input = x.id
    if (isNear(factor, 1) && this.#applied(this.#applied(gate.id, 'tanh')?.input, 'softplus')?.input === input) {
      return { op: 'activation', id, input, function: { name: 'mish' } }
    }
    if (this.#hardSigmoidOf({ id: gate.id, scale: factor }) === input) return { op: 'hard-swish', id, input }
    const name = this.#gaussianGate(gate.id, factor, input)
    return name === undefined ? undefined : { op: 'activation', id, input, function: { name } }
  }

  /** x in min(max(x + 3, 0), 6) / 6, in any spelling; undefined for anything else. */
  #hardSigmoidOf({ scale, id }: Scaled): string | undefined {
    const node = this.#nodes.get(id)
    if (node?.op === 'relu6') {
      const sum = this.#affine(node.input)
      return sum?.scale === 1 && sum.shift === 3 && isNear(scale, 1 / 6) ? sum.input : undefined
    }
    if (node?.op !== 'activation' || !isNear(scale, 1)) return undefined
    const { function: activation, input } = node
    if (activation.name === 'hard-sigmoid') {
      return isNear(activation.alpha, 1 / 6) && isNear(activation.beta, 0.5) ? input : undefined
    }
    return undefined
  }

  /** Which GELU of x is `factor` x (1 + erf) or (1 + tanh), of its usual operands. */
  #gaussianGate(gate: string, factor: number, x: string): 'gelu' | 'gelu-tanh' | undefined {
    const sum = this.#affine(gate)
    if (sum === undefined || sum.scale !== sum.shift || !isNear(factor * sum.scale, 0.5)) return undefined
    const operand = (name: Activation['name']): Scaled | undefined => {
      const inner = this.#applied(sum.input, name)
      return inner === undefined ? undefined : this.#scaled(inner.input)
    }
    const ofErf = operand('erf')
    if (ofErf?.id === x && isNear(ofErf.scale, Math.SQRT1_2)) return 'gelu'
    const ofTanh = operand('tanh')
    if (ofTanh === undefined || !isNear(ofTanh.scale, Math.sqrt(2 / Math.PI))) return undefined
    return this.#isCubic(ofTanh.id, x) ? 'gelu-tanh' : undefined
  }

  /** x + 0.044715 x^3, or x (1 + 0.044715 x^2). */
  #isCubic(id: string, x: string): boolean {
    const node = this.#nodes.get(id)
    if (node?.op !== 'add' && node?.op !== 'multiply') return false
    return [node.inputs, node.inputs.toReversed()].some(([first = '', second = '']) => {
      if (first !== x) return false
      const sum = node.op === 'add' ? undefined : this.#affine(second)
      if (node.op === 'multiply' && (sum?.scale !== 1 || sum.shift !== 1)) return false
      const power = this.#scaled(sum?.input ?? second)
      return isNear(power.scale, 0.044715) && this.#powerOf(power.id, x) === (node.op === 'add' ? 3 : 2)
    })
  }

  /** 2 for x x, 3 for x x x; 0 for anything else. */
  #powerOf(id: string, x: string): number {
    const node = this.#nodes.get(id)
    if (node?.op !== 'multiply') return 0
    const [left, right] = node.inputs
    if (left === x && right === x) return 2
    const other = left === x ? right : left
    const square = this.#nodes.get(other)
    const isSquare = square?.op === 'multiply' && square.inputs.every((input) => input === x)
    return isSquare && (left === x || right === x) ? 3 : 0
  }

  #applied(id: string | undefined, name: Activation['name']): { readonly input: string } | undefined {
    const node = this.#nodes.get(id ?? '')
    return node?.op === 'activation' && node.function.name === name ? node : undefined
  }

  #affine(id: string): { readonly scale: number; readonly shift: number; readonly input: string } | undefined {
    const node = this.#nodes.get(id)
    if (node?.op !== 'activation' || node.function.name !== 'affine') return undefined
    return { ...node.function, input: node.input }
  }

  /** Without the numbers it is multiplied by. */
  #scaled(id: string): Scaled {
    let [scale, at] = [1, id]
    for (let next = this.#affine(at); next?.shift === 0; next = this.#affine(at)) {
      scale *= next.scale
      at = next.input
    }
    return { scale, id: at }
  }
}

/** Constants are float32, and some exporters round more. */
function isNear(value: number, wanted: number): boolean {
  return Math.abs(value - wanted) <= 1e-5 * wanted
}
