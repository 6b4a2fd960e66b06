import { resolve } from 'node:path'
import { atomicWrite } from '#main/files/atomic-write.ts'
import { networkSmoothness } from '#shared/network/network-smoothness.ts'
import { splitNames, type DatasetRecord, type NetworkDetail, type NetworkRecord } from '#shared/protocol/records.ts'
import { call } from '../call.ts'
import { formatImported } from '../imported.ts'
import type { Command } from '../command.ts'
import { findDataset, findNetwork } from '../find-record.ts'
import { preprocessingFrom, preprocessingOptions, preprocessingUsage } from '../preprocessing-options.ts'
import { formatFacts, formatTable } from '#shared/plain-text/table.ts'
import { formatPreprocessing, presetOf } from '#shared/network/preprocessing.ts'
import { trialImages, trialSentence, type PreprocessingTrial } from '#shared/network/preprocessing-trial.ts'
import { noteFacts } from '../note-facts.ts'
import { runTask } from '../task.ts'
import { formatExactBytes, formatCount, formatPercent } from '#shared/basics/format.ts'
import { formatTop5, top5Accuracy } from '#shared/measures/top-5.ts'

const importNetwork: Command = {
  name: 'network import',
  usage: `FILE|sample [--arch A] [--key K] [--input-size PIXELS] [--name N] ${preprocessingUsage}`,
  summary:
    'Import a trained network: a checkpoint (.safetensors; .pt, .pth, .th, .bin, .ckpt of PyTorch; .npz of NumPy, Flax or JAX) or an ONNX graph (.onnx), or sample for the one shipped with the studio. K is one of the state dicts that a checkpoint holds; PIXELS what a graph looks at that leaves it free. docs/formats.md lists what comes in, and the way in for Keras, TensorFlow Lite and TorchScript.',
  positionals: ['FILE|sample'],
  options: {
    arch: { type: 'string' },
    key: { type: 'string' },
    'input-size': { type: 'string' },
    name: { type: 'string' },
    ...preprocessingOptions,
  },
  run: (invocation) => {
    const preprocessing = preprocessingFrom(invocation.options)
    return invocation.withStudio(async (studio) => {
      const [file = ''] = invocation.positionals
      const name = invocation.options.text('name')
      const network = await runTask(invocation, studio, (taskId) =>
        call(studio, 'networks.import', {
          taskId,
          file: file === 'sample' ? file : resolve(file),
          architecture: invocation.options.text('arch'),
          key: invocation.options.text('key'),
          inputSize: invocation.options.integer('input-size', 1),
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
}

const preprocessings: Command = {
  name: 'network preprocessings',
  usage: 'NAME --dataset D [--limit IMAGES]',
  summary: 'Try the usual preprocessings on labelled images (1,000 unless --limit says so), and say which one fits.',
  positionals: ['NAME'],
  options: { dataset: { type: 'string' }, limit: { type: 'string' } },
  run: (invocation) =>
    invocation.withStudio(async (studio) => {
      const { positionals, options, output } = invocation
      const datasetKey = options.neededText('dataset')
      const limit = options.integer('limit', 1) ?? trialImages
      const network = await findNetwork(studio, positionals[0] ?? '')
      const dataset = await findDataset(studio, datasetKey)
      const trial = await runTask(invocation, studio, (taskId) =>
        call(studio, 'networks.try-preprocessings', { taskId, id: network.id, datasetId: dataset.id, limit }),
      )
      output.result({ network: network.name, dataset: dataset.name, ...trial }, formatTrial(network, dataset, trial))
      return 0
    }),
}

const derive: Command = {
  name: 'network derive',
  usage: `NAME [--name N] ${preprocessingUsage}`,
  summary: 'The same weights under another preprocessing, as a network of its own; results of the first stay with it.',
  positionals: ['NAME'],
  options: { name: { type: 'string' }, ...preprocessingOptions },
  run: (invocation) => {
    const preprocessing = preprocessingFrom(invocation.options)
    const name = invocation.options.text('name')
    return invocation.withStudio(async (studio) => {
      const key = invocation.positionals[0] ?? ''
      const { id } = await findNetwork(studio, key)
      const network = await runTask(invocation, studio, (taskId) =>
        call(studio, 'networks.derive', { taskId, id, preprocessing, ...(name === undefined ? {} : { name }) }),
      )
      invocation.output.result(network, formatImported(formatNetwork(network, network.notes), network, name))
      return 0
    })
  },
}

const list: Command = {
  name: 'network list',
  usage: '',
  summary: 'The networks of the store.',
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
}

const show: Command = {
  name: 'network show',
  usage: 'NAME',
  summary: 'A network with its layers and what was measured on it.',
  positionals: ['NAME'],
  options: {},
  run: ({ positionals, output, withReader }) =>
    withReader(async (studio) => {
      const network = await findNetwork(studio, positionals[0] ?? '')
      const detail = await call(studio, 'networks.get', { id: network.id })
      output.result(detail, formatDetail(detail))
      return 0
    }),
}

const evaluate: Command = {
  name: 'network evaluate',
  usage: 'NAME --dataset D [--split test] [--limit N] [--predictions FILE]',
  summary: 'Measure accuracy; FILE gets the class of each image, one byte (two little-endian above 256 classes).',
  positionals: ['NAME'],
  options: {
    dataset: { type: 'string' },
    split: { type: 'string' },
    limit: { type: 'string' },
    predictions: { type: 'string' },
  },
  run: (invocation) =>
    invocation.withStudio(async (studio) => {
      const { positionals, options, output } = invocation
      const datasetKey = options.neededText('dataset')
      const split = options.choice('split', splitNames) ?? 'test'
      const limit = options.integer('limit', 1) ?? 0
      const network = await findNetwork(studio, positionals[0] ?? '')
      const dataset = await findDataset(studio, datasetKey)
      const evaluation = await runTask(invocation, studio, (taskId) =>
        call(studio, 'networks.evaluate', { taskId, id: network.id, datasetId: dataset.id, split, limit }),
      )
      const file = options.text('predictions')
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
}

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
