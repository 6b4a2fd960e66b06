/**
 * npm run bench -- knob [--make] [--work FOLDER]
 *
 * How often the bands of accuracy hold what they promise: each network of the recorded runs is held out once while the others
 * teach (docs/knob.md). `--make` first makes these runs anew, which takes an hour on one core, and writes them to
 * src/shared/forecast/recorded-runs.json; it needs CIFAR-10 (NERN_CIFAR10) and the networks of NERN_SHARED.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { format } from 'prettier'
import { heldOutCoverage } from '#shared/forecast/held-out-coverage.ts'
import { lessonOf } from '#shared/forecast/finished-run.ts'
import { recordedRuns } from '#shared/forecast/recorded-runs.ts'
import { accuracyOf } from '#shared/experiment/plan.ts'
import { makeRuns } from './knob/make-runs.ts'
import { markdownTable } from './steps/report.ts'

const { values: options } = parseArgs({
  options: {
    make: { type: 'boolean', default: false },
    work: { type: 'string', default: join('.cache', 'knob') },
  },
})

if (options.make) await make(options.work)
else print()

async function make(workFolder: string): Promise<void> {
  const { NERN_CIFAR10: cifar10, NERN_SHARED: shared } = process.env
  if (cifar10 === undefined || shared === undefined) throw new Error('set NERN_CIFAR10 and NERN_SHARED')
  const published = join(shared, 'data', 'cifar10-resnets')
  const recorded = await makeRuns({
    workFolder,
    cifar10,
    networks: [
      {
        title: 'ResNet-20 (sample)',
        path: join('resources', 'samples', 'resnet20-cifar10.safetensors'),
        mayKnowValidation: false,
      },
      { title: 'ResNet-20 (akamaster)', path: join(published, 'resnet20-12fca82f.th'), mayKnowValidation: true },
      { title: 'ResNet-56 (akamaster)', path: join(published, 'resnet56-4bfd9763.th'), mayKnowValidation: true },
    ],
  })
  const file = join('src', 'shared', 'forecast', 'recorded-runs.json')
  await writeFile(file, await format(JSON.stringify(recorded), { parser: 'json', printWidth: 120 }))
  console.log(`${recorded.runs.length} runs are in ${file}; run the bench again without --make.`)
}

function print(): void {
  const lessons = recordedRuns.flatMap((run) => lessonOf(run, 'none of them') ?? [])
  const accuracies = new Map(
    recordedRuns.flatMap(({ network, accuracies: pairs }) => {
      const test = pairs.find(({ split }) => split === 'test')
      return test === undefined ? [] : [[network.sha256, accuracyOf(test.original)] as const]
    }),
  )
  const coverage = heldOutCoverage(lessons, accuracies)
  const rows = [...coverage.networks, { title: 'all', ...coverage }].map(({ title, runs, covered, medianWidth }) => [
    title,
    String(runs),
    `${((100 * covered) / runs).toFixed(1)} %`,
    `${medianWidth.toFixed(2)} points`,
  ])
  console.log(`${lessons.length} recorded runs without training, each network held out once:\n`)
  console.log(markdownTable(['network', 'runs with a band', 'inside the band', 'median width'], rows))
}
