import { fail, ok, type Result } from '#shared/result.ts'
import type { Network } from './network.ts'
import { cifarResnet, cifarResnetTitle } from './zoo/cifar-resnet.ts'

export interface Architecture {
  /** Stable identifier, stored with networks and given on the command line. */
  readonly id: string
  /** For people. */
  readonly title: string
  build(classes: number): Network
}

const depths = [20, 32, 44, 56, 110] as const
const shortcuts = ['a', 'b'] as const

/** Every architecture the studio knows. */
export const architectures: readonly Architecture[] = depths.flatMap((depth) =>
  shortcuts.map((shortcut) => ({
    id: `resnet${depth}-cifar-${shortcut}`,
    title: cifarResnetTitle(depth, shortcut),
    build: (classes: number) => cifarResnet({ depth, shortcut, classes }),
  })),
)

/** The network of architecture `id`; `not-found` names the known ones. */
export function buildNetwork(id: string, classes: number): Result<Network> {
  const architecture = architectures.find((candidate) => candidate.id === id)
  if (architecture === undefined) {
    return fail({
      code: 'not-found',
      message: `There is no architecture ${id}.`,
      remedy: `Use one of ${architectures.map((known) => known.id).join(', ')}.`,
    })
  }
  if (!Number.isInteger(classes) || classes < 1) {
    return fail({ code: 'invalid-argument', message: `A network needs at least one class, got ${classes}.` })
  }
  return ok(architecture.build(classes))
}
