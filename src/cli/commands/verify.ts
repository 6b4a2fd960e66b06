import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { withFileSource } from '#formats/byte-source.ts'
import { isOnnx, readOnnx } from '#formats/onnx/reader.ts'
import { packageFormatOf } from '#formats/package-container/formats.ts'
import { readWeightsFile, type StateDict } from '#formats/weights-file/reader.ts'
import { sha256OfFile } from '#main/files/sha256.ts'
import { formatCount, formatExactBytes } from '#shared/basics/format.ts'
import { AppException, toAppError, unwrap, type AppError } from '#shared/basics/result.ts'
import { formatTable } from '#shared/plain-text/table.ts'
import { defineCommand, type AnyInvocation, type Command } from '../command.ts'

/** What a file holds that was read through. */
interface Held {
  readonly kind: 'package' | 'weights' | 'onnx'
  readonly tensors: number
  readonly values: number
}

type Verdict = { readonly file: string } & (
  | ({ readonly ok: true; readonly sizeBytes: number; readonly sha256: string } & Held)
  | { readonly ok: false; readonly error: AppError }
)

const kindTitles: Readonly<Record<Held['kind'], string>> = {
  package: 'package',
  weights: 'weights file',
  onnx: 'ONNX graph',
}

const verify = defineCommand({
  name: 'verify',
  summary: 'Read files through, and say which are damaged.',
  details:
    'Takes packages, weights files and ONNX graphs. Of a package every checksum is compared, and the whole network is decoded from it and read back. In all files every value must be a number. SHA-256 sums are printed, to be compared with those of an export or a report. The exit code is 1 when any file is wrong. Files of a store are checked by studio store check.',
  positionals: [{ name: 'FILE...', about: 'Files to read.' }],
  options: {},
  async run(invocation) {
    const verdicts: Verdict[] = []
    for (const file of invocation.positionals) verdicts.push(await verdictOf(file, invocation))
    invocation.output.result(verdicts, textOf(verdicts))
    return verdicts.every(({ ok }) => ok) ? 0 : 1
  },
})

export const verifyCommands: readonly Command[] = [verify]

async function verdictOf(file: string, invocation: Pick<AnyInvocation, 'runJob'>): Promise<Verdict> {
  const path = resolve(file)
  try {
    const held = await readThrough(path, invocation)
    return { file, ok: true, ...held, sizeBytes: (await stat(path)).size, sha256: await sha256OfFile(path) }
  } catch (thrown) {
    return { file, ok: false, error: toAppError(thrown) }
  }
}

/** Errors: those of the readers; `file-corrupt` where a value is no number. */
async function readThrough(path: string, { runJob }: Pick<AnyInvocation, 'runJob'>): Promise<Held> {
  const graph = await withFileSource(path, async (source) =>
    isOnnx(await source.read(0, Math.min(16, source.size))) ? unwrap(await readOnnx(source, {})) : undefined,
  )
  if (graph !== undefined) {
    return {
      kind: 'onnx',
      ...counted(
        path,
        Object.entries(graph.parameters).map(([name, { data }]) => [name, data] as const),
      ),
    }
  }
  const { metadata, tensors } = unwrap(await readWeightsFile(path, {}))
  if (packageFormatOf(metadata) !== undefined) return decoded(path, runJob)
  return { kind: 'weights', ...counted(path, numbersOf(tensors)) }
}

/** One tensor after the other: a file may be larger than memory has room for twice. */
function* numbersOf(tensors: StateDict['tensors']): Iterable<readonly [string, Float32Array]> {
  for (const [name, tensor] of tensors) yield [name, tensor.toFloat32()]
}

/** Errors: `file-corrupt` where a value is no number. */
function counted(
  path: string,
  tensors: Iterable<readonly [string, Float32Array | Int32Array]>,
): { readonly tensors: number; readonly values: number } {
  const count = { tensors: 0, values: 0 }
  for (const [name, numbers] of tensors) {
    assertNumbers(path, name, numbers)
    count.tensors++
    count.values += numbers.length
  }
  return count
}

/** The network that a package gives, written beside nothing of the user's and read back. */
async function decoded(path: string, runJob: AnyInvocation['runJob']): Promise<Held> {
  const folder = await mkdtemp(join(tmpdir(), 'nern-verify-'))
  try {
    const output = join(folder, 'network.safetensors')
    await runJob({
      kind: 'export',
      packagePath: path,
      outputs: [{ format: 'safetensors', path: output }],
    })
    return { kind: 'package', ...counted(path, numbersOf(unwrap(await readWeightsFile(output, {})).tensors)) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function assertNumbers(path: string, tensor: string, values: Float32Array | Int32Array): void {
  let wrong = 0
  for (const value of values) if (!Number.isFinite(value)) wrong++
  if (wrong === 0) return
  throw new AppException({
    code: 'file-corrupt',
    message: `${wrong} of the ${values.length} values of ${tensor} in ${basename(path)} are no numbers.`,
    where: path,
    remedy: 'Take another copy of the file, or make it again.',
  })
}

function textOf(verdicts: readonly Verdict[]): string {
  const table = formatTable(
    [{ title: 'file' }, { title: 'holds' }, { title: 'size', align: 'right' }, { title: 'SHA-256' }],
    verdicts.flatMap((verdict) =>
      verdict.ok
        ? [
            [
              verdict.file,
              `${kindTitles[verdict.kind]}, ${formatCount(verdict.tensors)} tensors`,
              formatExactBytes(verdict.sizeBytes),
              verdict.sha256,
            ],
          ]
        : [],
    ),
  )
  const problems = verdicts.flatMap((verdict) =>
    verdict.ok
      ? []
      : [[`${verdict.file} is wrong: ${verdict.error.message}`, verdict.error.remedy ?? ''].join(' ').trim()],
  )
  const sound = verdicts.filter(({ ok }) => ok).length
  return [
    ...(sound > 0 ? [table] : []),
    ...problems,
    `${sound} of ${verdicts.length} ${verdicts.length === 1 ? 'file is' : 'files are'} whole.`,
  ].join('\n\n')
}
