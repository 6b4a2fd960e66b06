import { basename } from 'node:path'
import { assertFree, assertWritable, makeWritable } from '#main/files/output-files.ts'
import { kernelTransforms, spectralConfigSchema, type SpectralConfig } from '#shared/methods/spectral/config.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { AppException, toAppError } from '#shared/basics/result.ts'
import { compressNetwork, type CompressedNetwork, type CompressionRequest } from '../compress/compress-network.ts'
import { formatCompressed, formatOutcomes, type NetworkOutcome } from '../compress/format.ts'
import { foldersOf, networkFiles, targetsOf, type Target } from '../compress/network-files.ts'
import { withTestImages } from '../compress/test-images.ts'
import { defineCommand, type Command, type ExitCode, type Invocation } from '../command.ts'
import { fileOptions } from '../file-options.ts'
import { needed, oneOf, onRequest, positiveNumber, text, toldDefault, wholeNumber, type ValuesOf } from '../option.ts'
import { preprocessingFrom, preprocessingOptions } from '../preprocessing-options.ts'
import { UsageError } from '../usage-error.ts'

const sizeOptions = {
  ratio: toldDefault(
    positiveNumber('N', 'How many times smaller the file is to be than the parameters in float32.'),
    String(spectralDefaults.size.ratio),
  ),
  bytes: wholeNumber('N', 1, 'How large the file is to be, instead of --ratio.'),
  step: positiveNumber('S', 'Quantisation step in units of the weights, instead of --ratio.'),
}

const options = {
  out: needed(
    text('FILE|DIR', 'File to write, NAME.spectral.safetensors; for several networks the folder of their files.'),
  ),
  ...sizeOptions,
  dataset: text(
    'DATASET|PATH',
    'Measure accuracy on the test images of this data set of the store, folder or archive.',
  ),
  images: toldDefault(wholeNumber('COUNT', 1, 'Use only the first test images of --dataset.'), 'all'),
  layers: text(
    'RULES',
    'Layers that are treated otherwise: exact, finer or coarser, as in "conv1.weight exact, layer3.* finer".',
  ),
  transform: toldDefault(
    oneOf('NAME', kernelTransforms, 'How kernels are transformed before they are quantised.'),
    spectralDefaults.transform,
  ),
  force: onRequest('Replace files that are there.'),
  arch: toldDefault(text('ARCHITECTURE', 'Architecture of the weights.'), 'recognised by the tensors'),
  ...fileOptions,
  ...preprocessingOptions,
}
type Options = ValuesOf<typeof options>

const compress = defineCommand({
  name: 'compress',
  summary: 'Compress network files at once: no store, no data, no training.',
  details:
    'Kernels are coded as pictures are (docs/method.md): transformed, quantised and entropy coded. Takes whatever network import takes. Prints the bytes of every part and the relative error of the weights that a reader gets; decode a file with studio reconstruct or with nern_load.py. Several networks, or a folder of them, give a table.',
  positionals: [
    { name: 'NETWORK...', about: 'Network files, folders of them, or sample for the network shipped with the studio.' },
  ],
  options,
  async run(invocation) {
    const { positionals, options: given, resourcesFolder } = invocation
    const request = requestFrom(given)
    const { dataset, images: count = 0 } = given
    if (dataset === undefined && given.images !== undefined) throw new UsageError('--images goes with --dataset.')
    const targets = await targetsOf(await networkFiles(positionals, resourcesFolder), given.out)
    await assertTargets(targets, given.force)
    if (dataset === undefined) return compressAll(invocation, targets, request)
    return withTestImages(invocation, dataset, (images) =>
      compressAll(invocation, targets, { ...request, images: { ...images, count } }),
    )
  },
})

export const compressCommands: readonly Command[] = [compress]

/** Throws `UsageError`. */
function requestFrom(given: Options): CompressionRequest {
  const { arch, key, inputSize } = given
  return {
    said: {
      ...(arch === undefined ? {} : { architecture: arch }),
      ...(key === undefined ? {} : { key }),
      ...(inputSize === undefined ? {} : { inputSize }),
    },
    preprocessing: preprocessingFrom(given),
    config: configFrom(given),
  }
}

/** Throws `UsageError`. */
function configFrom(given: Options): SpectralConfig {
  const { ratio, bytes, step, layers, transform } = given
  const sizes = Object.entries({ ratio, bytes, step }).filter(([, value]) => value !== undefined)
  if (sizes.length > 1) {
    throw new UsageError(`${sizes.map(([name]) => `--${name}`).join(' and ')} say the same twice: give one of them.`)
  }
  const [target = 'ratio'] = sizes[0] ?? []
  const parsed = spectralConfigSchema.safeParse({
    ...spectralDefaults,
    ...(transform === undefined ? {} : { transform }),
    ...(layers === undefined ? {} : { layers }),
    size: { ...spectralDefaults.size, target, ...Object.fromEntries(sizes) },
  })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UsageError(`--${String(issue?.path.at(-1) ?? target)}: ${issue?.message ?? 'not valid'}.`)
}

/** All at once, before anything is computed. Throws `file-unreadable`, `already-exists`. */
async function assertTargets(targets: readonly Target[], isForced: boolean): Promise<void> {
  const ready = targets.length > 1 ? makeWritable : assertWritable
  for (const folder of foldersOf(targets)) await ready(folder)
  if (!isForced) for (const { target } of targets) await assertFree(target)
}

async function compressAll(
  invocation: Invocation<Options>,
  targets: readonly Target[],
  request: CompressionRequest,
): Promise<ExitCode> {
  const { output } = invocation
  const [only, ...others] = targets
  if (only !== undefined && others.length === 0) {
    const network = await compressNetwork(invocation, only, request)
    output.result(answerOf(network), formatCompressed(network))
    return 0
  }
  const outcomes: NetworkOutcome[] = []
  for (const target of targets) {
    output.progress(basename(target.source))
    outcomes.push(await outcomeOf(invocation, target, request))
  }
  output.result(
    outcomes.map((outcome) => ('error' in outcome ? outcome : answerOf(outcome))),
    formatOutcomes(outcomes),
  )
  const failed = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome] : []))
  for (const { source, error } of failed) {
    const { where = source, remedy } = error
    output.say(
      `${basename(source)}: ${error.message}\n  where: ${where}${remedy === undefined ? '' : `\n  remedy: ${remedy}`}`,
    )
  }
  return failed.length === 0 ? 0 : 1
}

/** One that fails does not end the others; Ctrl-C does, and so does a defect. */
async function outcomeOf(invocation: Invocation, target: Target, request: CompressionRequest): Promise<NetworkOutcome> {
  try {
    return await compressNetwork(invocation, target, request)
  } catch (thrown) {
    if (!(thrown instanceof AppException) || thrown.code === 'cancelled') throw thrown
    return { source: target.source, error: toAppError(thrown) }
  }
}

/** As JSON. */
function answerOf({ source, target, recognised, ...network }: CompressedNetwork) {
  const { architecture, classes, description, notes, sha256 } = recognised
  const original = { file: source, architecture, title: description.title, classes, sha256, notes }
  return { file: target, original, ...network }
}
