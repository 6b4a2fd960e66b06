import { resolve } from 'node:path'
import { atomicWrite } from '#main/files/atomic-write.ts'
import { networkSmoothness } from '#shared/network/network-smoothness.ts'
import { splitNames, type DatasetRecord, type NetworkDetail, type NetworkRecord } from '#shared/protocol/records.ts'
import { call } from '../call.ts'
import { formatImported } from '../imported.ts'
import { defineCommand, type Command } from '../command.ts'
import { fileOptions } from '../file-options.ts'
import { findDataset, findNetwork } from '../find-record.ts'
import { oneOf, needed, text, toldDefault, wholeNumber, withDefault } from '../option.ts'
import { preprocessingFrom, preprocessingOptions } from '../preprocessing-options.ts'
import { formatFacts, formatTable } from '#shared/plain-text/table.ts'
import { formatPreprocessing, presetOf } from '#shared/network/preprocessing.ts'
import { trialImages, trialSentence, type PreprocessingTrial } from '#shared/network/preprocessing-trial.ts'
import { noteFacts } from '../note-facts.ts'
import { runTask } from '../task.ts'
import { formatExactBytes, formatCount, formatPercent } from '#shared/basics/format.ts'
import { formatTop5, top5Accuracy } from '#shared/measures/top-5.ts'

const networkName = toldDefault(text('TEXT', 'Name of the network in the library.'), 'made of its origin')

const importNetwork = defineCommand({
  name: 'network import',
  summary: 'Import a trained network: a weights file or an ONNX graph.',
  details:
    'Weights come as .safetensors, as PyTorch checkpoints (.pt, .pth, .th, .bin, .ckpt) or as .npz of NumPy, Flax or JAX; graphs as .onnx. docs/formats.md lists what can be read, and how to bring networks of Keras, TensorFlow Lite and TorchScript.',
  positionals: [{ name: 'FILE|sample', about: 'File to import, or sample for the network shipped with the studio.' }],
  options: {
    arch: toldDefault(
      text('ARCHITECTURE', 'Architecture of the weights, such as resnet20-cifar-b.'),
      'recognised by the tensors',
    ),
    ...fileOptions,
    name: networkName,
    ...preprocessingOptions,
  },
  run: (invocation) => {
    const { options } = invocation
    const preprocessing = preprocessingFrom(options)
    return invocation.withChanging(async (studio) => {
      const [file = ''] = invocation.positionals
      const { name } = options
      const network = await runTask(invocation, studio, (taskId) =>
        call(studio, 'networks.import', {
          taskId,
          file: file === 'sample' ? file : resolve(file),
          architecture: options.arch,
          key: options.key,
          inputSize: options.inputSize,
          ...(name === undefined ? {} : { name }),
          preprocessing,
        }),
      )
      const isSaid = Object.keys(preprocessing).length > 0
      const hint = isSaid
        ? ''
        : `\n\nDoes the preprocessing fit? studio network preprocessings "${network.name}" --dataset D`
      invocation.output.result(
        network,
        `${formatImported(formatNetwork(network, network.notes), network, name)}${hint}`,
      )
      return 0
    })
  },
})

const preprocessings = defineCommand({
  name: 'network preprocessings',
  summary: 'Try the usual preprocessings on labelled images and tell which one fits.',
  positionals: [{ name: 'NAME', about: 'Network to try them with.' }],
  options: {
    dataset: needed(text('DATASET', 'Labelled images to try them on.')),
    limit: withDefault(wholeNumber('IMAGES', 1, 'How many images to use.'), trialImages),
  },
  run: (invocation) =>
    invocation.withChanging(async (studio) => {
      const { positionals, options, output } = invocation
      const { limit } = options
      const network = await findNetwork(studio, positionals[0] ?? '')
      const dataset = await findDataset(studio, options.dataset)
      const trial = await runTask(invocation, studio, (taskId) =>
        call(studio, 'networks.try-preprocessings', { taskId, id: network.id, datasetId: dataset.id, limit }),
      )
      output.result({ network: network.name, dataset: dataset.name, ...trial }, formatTrial(network, dataset, trial))
      return 0
    }),
})

const derive = defineCommand({
  name: 'network derive',
  summary: 'Add the same weights with another preprocessing, as a network of its own.',
  details: 'The first network and its results stay as they are.',
  positionals: [{ name: 'NAME', about: 'Network whose weights are taken.' }],
  options: { name: networkName, ...preprocessingOptions },
  run: (invocation) => {
    const preprocessing = preprocessingFrom(invocation.options)
    const { name } = invocation.options
    return invocation.withChanging(async (studio) => {
      const key = invocation.positionals[0] ?? ''
      const { id } = await findNetwork(studio, key)
      const network = await runTask(invocation, studio, (taskId) =>
        call(studio, 'networks.derive', { taskId, id, preprocessing, ...(name === undefined ? {} : { name }) }),
      )
      invocation.output.result(network, formatImported(formatNetwork(network, network.notes), network, name))
      return 0
    })
  },
})

const list = defineCommand({
  name: 'network list',
  summary: 'List the networks of the store.',
  positionals: [],
  options: {},
  run: ({ output, withReader }) =>
    withReader(async (studio) => {
      const networks = await call(studio, 'networks.list', {})
      const table = formatTable(
        [
          { title: 'name' },
          { title: 'id' },
          { title: 'architecture' },
          { title: 'parameters', align: 'right' },
          { title: 'kernels', align: 'right' },
          { title: 'size', align: 'right' },
          { title: 'origin' },
        ],
        networks.map(({ name, id, architecture, parameters, kernels, sizeBytes, origin }) => [
          name,
          id,
          architecture,
          formatCount(parameters),
          formatCount(kernels),
          formatExactBytes(sizeBytes),
          `${origin.kind}, ${origin.source}`,
        ]),
        'There is no network yet. Import one: studio network import FILE',
      )
      output.result(networks, table)
      return 0
    }),
})

const show = defineCommand({
  name: 'network show',
  summary: 'Show a network, its layers and its measured accuracies.',
  positionals: [{ name: 'NAME', about: 'Network to show.' }],
  options: {},
  run: ({ positionals, output, withReader }) =>
    withReader(async (studio) => {
      const network = await findNetwork(studio, positionals[0] ?? '')
      const detail = await call(studio, 'networks.get', { id: network.id })
      output.result(detail, formatDetail(detail))
      return 0
    }),
})

const evaluate = defineCommand({
  name: 'network evaluate',
  summary: 'Measure the accuracy of a network.',
  positionals: [{ name: 'NAME', about: 'Network to measure.' }],
  options: {
    dataset: needed(text('DATASET', 'Data set to measure on.')),
    split: withDefault(oneOf('SPLIT', splitNames, 'Images to measure accuracy on.'), 'test'),
    limit: toldDefault(wholeNumber('IMAGES', 1, 'Use only the first images of the split.'), 'all'),
    predictions: text(
      'FILE',
      'Write the predicted class of each image to this file: one byte, or two little-endian bytes with more than 256 classes.',
    ),
  },
  run: (invocation) =>
    invocation.withChanging(async (studio) => {
      const { positionals, options, output } = invocation
      const { split, limit = 0, predictions: file } = options
      const network = await findNetwork(studio, positionals[0] ?? '')
      const dataset = await findDataset(studio, options.dataset)
      const evaluation = await runTask(invocation, studio, (taskId) =>
        call(studio, 'networks.evaluate', { taskId, id: network.id, datasetId: dataset.id, split, limit }),
      )
      if (file !== undefined) await atomicWrite(resolve(file), studio.predictions(evaluation.id))
      const { accuracy, correct, correctTop5, total, device } = evaluation
      const top5 = top5Accuracy(evaluation)
      output.result(
        { network: network.name, dataset: dataset.name, split, accuracy, correct, top5, correctTop5, total, device },
        formatFacts([
          ['network', network.name],
          ['data set', `${dataset.name}, ${split}`],
          ['accuracy', `${formatPercent(accuracy)} (${formatCount(correct)} of ${formatCount(total)})`],
          ...(top5 === undefined ? [] : [['top-5', formatTop5(evaluation)] as const]),
          ['device', device],
        ]),
      )
      return 0
    }),
})

export const networkCommands: readonly Command[] = [importNetwork, preprocessings, derive, list, show, evaluate]

function formatTrial(network: NetworkRecord, dataset: DatasetRecord, trial: PreprocessingTrial): string {
  const table = formatTable(
    [{ title: 'preprocessing' }, { title: 'right', align: 'right' }, { title: '' }],
    trial.tried.map(({ preprocessing, isCurrent, correct }) => [
      formatPreprocessing(preprocessing),
      formatPercent(correct / trial.total),
      isCurrent ? "the network's own" : '',
    ]),
  )
  const facts = formatFacts([
    ['network', network.name],
    ['data set', `${dataset.name}, ${formatCount(trial.total)} images`],
    ['chance', formatPercent(trial.chance)],
  ])
  const [best] = trial.tried
  const way = best === undefined ? undefined : presetOf(best.preprocessing)
  const command = way === undefined ? '' : `\nstudio network derive "${network.name}" --preprocessing ${way}`
  return `${facts}\n\n${table}\n\n${trialSentence(trial)}${trial.verdict === 'other-fits' ? command : ''}`
}

/** @param notes on the file at hand; by default on the one it was imported from */
function formatNetwork(network: NetworkRecord, notes = network.origin.notes ?? []): string {
  const { name, id, title, parameters, representedWeights, kernels, preprocessing, origin } = network
  return formatFacts([
    ['network', `${name} (${id})`],
    ['architecture', title],
    ['parameters', formatCount(parameters)],
    ['represented', `${formatCount(representedWeights)} weights in ${formatCount(kernels)} kernels`],
    ['preprocessing', formatPreprocessing(preprocessing)],
    ['origin', `${origin.kind}, ${origin.source} (${origin.format})`],
    ...noteFacts(notes),
  ])
}

function formatDetail({ record, layers, evaluations }: NetworkDetail): string {
  const layerTable = formatTable(
    [
      { title: 'layer' },
      { title: 'shape' },
      { title: 'kernels', align: 'right' },
      { title: 'weights', align: 'right' },
      { title: 'bytes', align: 'right' },
      { title: 'deviation', align: 'right' },
      { title: 'smoothness', align: 'right' },
      { title: '' },
    ],
    layers.map((layer) => [
      layer.name,
      layer.shape.join(' x '),
      formatCount(layer.kernels),
      formatCount(layer.weights),
      formatCount(layer.bytes),
      layer.standardDeviation.toFixed(4),
      layer.smoothness?.toFixed(4) ?? '',
      layer.isRepresented ? 'represented' : 'kept as it is',
    ]),
  )
  const hasTop5 = evaluations.some(({ correctTop5 }) => correctTop5 !== undefined)
  const evaluationTable = formatTable(
    [
      { title: 'split' },
      { title: 'accuracy', align: 'right' },
      ...(hasTop5 ? ([{ title: 'top-5', align: 'right' }] as const) : []),
      { title: 'images', align: 'right' },
      { title: 'at' },
    ],
    evaluations.map((evaluation) => [
      evaluation.split,
      formatPercent(evaluation.accuracy),
      ...(hasTop5 ? [formatTop5(evaluation)] : []),
      formatCount(evaluation.total),
      evaluation.createdAt,
    ]),
    'Not evaluated yet.',
  )
  const smoothness = networkSmoothness(layers)
  const facts =
    smoothness === undefined
      ? []
      : [`smoothness of all represented layers (mean cosine of neighbouring kernels)  ${smoothness.toFixed(4)}`]
  return [formatNetwork(record), layerTable, ...facts, evaluationTable].join('\n\n')
}
