/** Trainings of original networks. */
import { buildNetwork } from '#networks/architectures.ts'
import { AppException } from '#shared/basics/result.ts'
import { accuracyCount } from '#shared/measures/accuracy-pairs.ts'
import { isOwnGraph } from '#shared/network/network-graph.ts'
import type { DatasetRecord, NetworkRecord } from '#shared/protocol/records.ts'
import { assertImages, assertImagesFit } from '../library/dataset-fit.ts'
import { addTrainedNetwork } from '../library/trained-network.ts'
import { datasetInput, networkInput } from '../library/trainer-inputs.ts'
import { withKnownTimes } from './job-inputs.ts'
import type { MainFamily } from './main-family.ts'
import { insertEvaluation } from './store-packaged.ts'

export const trainingInMain: MainFamily<'train'> = {
  async assertRunnable(_store, config, { network, dataset }) {
    if (isOwnGraph(config.architecture)) {
      throw new AppException({
        code: 'invalid-config',
        message: `${config.architecture} is an imported graph; the studio compresses and measures such networks, but does not train them.`,
        where: 'architecture',
        remedy: 'Train it where it comes from and import it again, or choose an architecture of the zoo.',
      })
    }
    const built = buildNetwork(config.architecture, dataset.classNames.length)
    if (!built.ok) throw new AppException(built.error)
    const preprocessing = network === undefined ? {} : { preprocessing: network.preprocessing }
    assertImagesFit(built.value.title, { ...built.value, ...preprocessing }, dataset)
    assertImages(dataset, 'train', config.batchSize, 'fill a batch')
    assertImages(dataset, 'validation', 1, 'choose on')
    assertImages(dataset, 'test', 1, 'report on')
    if (network !== undefined) assertCanStart(network, config.architecture, dataset)
  },

  async job({ store, experiment: { networkId, datasetId }, config, executor }) {
    const dataset = await datasetInput(store, datasetId)
    const start = networkId === undefined ? {} : { network: await networkInput(store, networkId) }
    return withKnownTimes(store, executor, { kind: 'train', config, ...start, dataset })
  },

  async store(context, experiment, config, run, result) {
    const { store } = context
    const network = await addTrainedNetwork(
      context,
      experiment,
      config.architecture,
      result.network,
      result.description,
    )
    const countOf = (split: 'validation' | 'test') => {
      const found = result.evaluations.find((evaluation) => evaluation.split === split)
      return found === undefined ? { correct: 0, total: 0 } : accuracyCount(found)
    }
    store.transaction(() => {
      for (const evaluation of result.evaluations) {
        insertEvaluation(store, { networkId: network.id }, experiment.datasetId, run.device ?? '', evaluation)
      }
      store.runs.end(run.id, 'completed', {
        result: {
          kind: 'train',
          networkId: network.id,
          validation: countOf('validation'),
          test: countOf('test'),
          seconds: result.seconds,
          ...(result.smoothness === undefined ? {} : { smoothness: result.smoothness }),
        },
      })
      store.experiments.transition(experiment.id, 'complete', 'running')
    })
  },
}

/** Weights can start a training of their own architecture and classes only. Throws `invalid-config`. */
function assertCanStart(network: NetworkRecord, architecture: string, dataset: DatasetRecord): void {
  if (network.architecture === architecture && network.classes === dataset.classNames.length) return
  throw new AppException({
    code: 'invalid-config',
    message: `${network.name} is a ${network.architecture} for ${network.classes} classes; its weights cannot start the training of a ${architecture} for ${dataset.classNames.length}.`,
    where: 'networkId',
    remedy: 'Choose a network of the architecture and the classes you train, or start from random weights.',
  })
}
