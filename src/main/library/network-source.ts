import type { NetworkChoice } from '#shared/protocol/commands/compressed-files.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import type { Store } from '../store/store.ts'
import { networkInput } from './trainer-inputs.ts'

export type ChosenNetwork = NonNullable<Extract<TrainerJob, { kind: 'measure-package' }>['original']>

/**
 * A network of the library or in a file, as a trainer reads it. Throws `not-found`, `file-corrupt`.
 * @param pathOf the path behind the token of a network file
 */
export async function networkSource(
  store: Store,
  network: NetworkChoice,
  pathOf: (token: string) => string,
): Promise<ChosenNetwork> {
  if ('file' in network) {
    const { file, ...said } = network
    return { sourcePath: pathOf(file), ...said, preprocessing: {} }
  }
  const { path, architecture } = await networkInput(store, network.networkId)
  return { sourcePath: path, architecture, preprocessing: {} }
}
