import { defaultExecutor, executorChoiceSchema, type ExecutorChoice } from '#shared/protocol/trainer-protocol.ts'
import { oneOf, onRequest, text, toldDefault, wholeNumber, type OptionTable, type ValuesOf } from './option.ts'

const { executor, provider } = executorChoiceSchema.shape

/** What every command takes. */
export const everywhereOptions = {
  store: toldDefault(text('DIR', 'The store to work on.'), 'NERN_STORE, else a folder among your application data'),
  json: onRequest('Print the result as JSON on stdout; progress and errors stay on stderr.'),
  executor: toldDefault(oneOf('NAME', executor.options, 'The engine that computes.'), defaultExecutor.executor),
  provider: toldDefault(oneOf('NAME', provider.options, 'The device it computes on.'), defaultExecutor.provider),
  threads: toldDefault(
    wholeNumber('COUNT', 0, 'Threads of the engine; 0 takes all physical cores.'),
    String(defaultExecutor.threads),
  ),
} satisfies OptionTable

export type EverywhereValues = ValuesOf<typeof everywhereOptions>

/** What the options say of where to compute. */
export function executorFrom({
  executor,
  provider,
  threads,
}: Pick<EverywhereValues, 'executor' | 'provider' | 'threads'>): Partial<ExecutorChoice> {
  return {
    ...(executor === undefined ? {} : { executor }),
    ...(provider === undefined ? {} : { provider }),
    ...(threads === undefined ? {} : { threads }),
  }
}
