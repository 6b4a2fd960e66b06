import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ReadingStudio } from '#main/studio.ts'
import { AppException, toAppError, unwrap } from '#shared/basics/result.ts'
import { outlookLines } from '#shared/experiment/sweep/outlook-text.ts'
import { sweepFromYaml, type NamedInFile, type SweepFile } from '#shared/experiment/sweep/sweep-yaml.ts'
import type { Sweep } from '#shared/experiment/sweep/sweep.ts'
import { call } from '../call.ts'
import { defineCommand, type Command } from '../command.ts'
import { executorOf, placeOptions, submitTo } from '../experiment-options.ts'
import { findDataset, findNetwork } from '../find-record.ts'
import { onRequest, text, toldDefault } from '../option.ts'

const sweep = defineCommand({
  name: 'sweep',
  summary: 'Queue all variants of a configuration as one batch.',
  details: 'docs/sweeps.md describes the file. Nothing is started: run what waits with studio queue start.',
  positionals: [
    { name: 'FILE', about: 'YAML file with the network, the data set, the configuration and what varies.' },
  ],
  options: {
    dryRun: onRequest('Only say how many runs it has, how large their files and how long they will be.'),
    name: toldDefault(text('TEXT', 'Name of the batch.'), 'that of the file, or what varies'),
    ...placeOptions,
  },
  async run(invocation) {
    const { positionals, options, output } = invocation
    const [path = ''] = positionals
    // A wrong file is told before a store is opened.
    const file = unwrap(sweepFromYaml(await readText(path), basename(path)))
    if (options.dryRun) {
      return invocation.withReader(async (studio) => {
        const planned = await call(studio, 'batches.plan', { sweep: await resolved(studio, file) })
        output.result(planned, outlookLines(planned).join('\n'))
        return 0
      })
    }
    return invocation.withChanging(async (studio) => {
      const named = options.name ?? file.name
      const on = options.on ?? file.on
      const whole = await resolved(studio, file)
      const planned = await call(studio, 'batches.plan', { sweep: whole })
      const { record, rows } = await call(studio, 'batches.create', {
        sweep: whole,
        enqueue: true,
        ...(await executorOf(invocation, studio)),
        ...(named === undefined ? {} : { name: named }),
        ...(on === undefined ? {} : { place: on }),
      })
      await submitTo(invocation, studio, on)
      const told = [
        `${record.name} (${record.id}) is queued${on === undefined ? '' : ` for ${on}`}.`,
        ...outlookLines(planned),
        on === undefined ? 'Start it: studio queue start' : `Fetch what is new there: studio cluster pull ${on}`,
      ]
      output.result({ ...record, experiments: rows.map(({ experimentId }) => experimentId) }, told.join('\n'))
      return 0
    })
  },
})

export const sweepCommands: readonly Command[] = [sweep]

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new AppException(
      {
        code: 'file-unreadable',
        message: `The sweep cannot be read: ${toAppError(cause).message}.`,
        where: path,
        remedy: 'Check the path; docs/examples/sweep.yaml is a file to begin with.',
      },
      { cause },
    )
  }
}

/** With the ids that the names of a file mean in this store. Errors: as of `findRecord`, with the place in the file. */
async function resolved(studio: ReadingStudio, { networks, dataset, sweep: rest }: SweepFile): Promise<Sweep> {
  const networkIds: string[] = []
  for (const network of networks) networkIds.push((await at(network, (name) => findNetwork(studio, name))).id)
  return { ...rest, networkIds, datasetId: (await at(dataset, (name) => findDataset(studio, name))).id }
}

async function at<T>({ name, where }: NamedInFile, find: (name: string) => Promise<T>): Promise<T> {
  try {
    return await find(name)
  } catch (cause) {
    throw new AppException({ ...toAppError(cause), where }, { cause })
  }
}
