import type { DoctorEngine, DoctorReport } from '#shared/protocol/commands/studio.ts'
import { call } from '../call.ts'
import { defineCommand, type Command } from '../command.ts'
import { unlessRefused } from '../option.ts'
import { formatFacts, formatTable } from '#shared/plain-text/table.ts'
import { formatExactBytes } from '#shared/basics/format.ts'

const doctor = defineCommand({
  name: 'doctor',
  summary: 'Check engines, store and system.',
  details:
    'Every engine found on this machine does a small test run, and its results are compared with known ones. What we have never been able to try ourselves is listed as unverified.',
  positionals: [],
  options: { probe: unlessRefused('Skip the test runs.') },
  run: ({ options, output, withReader }) =>
    withReader(async (studio) => {
      const report = await call(studio, 'doctor.run', { probe: options.probe })
      output.result(report, formatReport(report))
      const isWorking = report.engines.some(({ status, probe }) => status === 'available' && probe?.isPassed !== false)
      return isWorking && report.store.isHealthy ? 0 : 1
    }),
})

const version = defineCommand({
  name: 'version',
  summary: 'Print the versions of the studio and of Node.',
  positionals: [],
  options: {},
  async run({ output, version: studio }) {
    const versions = { studio, node: process.versions.node }
    output.result(versions, `NeRN Studio ${studio}, Node ${versions.node}`)
    return 0
  },
})

export const doctorCommands: readonly Command[] = [doctor, version]

function formatReport({ engines, store, system, versions, unverified }: DoctorReport): string {
  const engineTable = formatTable(
    [{ title: 'engine' }, { title: 'status' }, { title: 'proof run' }, { title: 'detail' }],
    engines.map((engine) => [
      `${engine.executor} ${engine.provider}`,
      engine.isVerified ? engine.status : `${engine.status}, unverified`,
      formatProbe(engine),
      engine.detail,
    ]),
  )
  const facts = formatFacts([
    ['store', `${store.path}, ${formatExactBytes(store.sizeBytes)}, version ${store.schemaVersion}`],
    ['', store.detail],
    ['system', `${system.platform}, ${system.processor}, ${system.cores} processors`],
    ['memory', formatExactBytes(system.memoryBytes)],
    ['free disk', formatExactBytes(system.freeDiskBytes)],
    [
      'versions',
      Object.entries(versions)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ],
  ])
  const reasons = engines.flatMap(({ executor, provider, reason }) =>
    reason === undefined ? [] : [`  ${executor} ${provider}: ${reason}`],
  )
  return [
    engineTable,
    ...(reasons.length === 0 ? [] : [`What those that are not here said:\n${reasons.join('\n')}`]),
    facts,
    `Not verified:\n${unverified.map((line) => `  ${line}`).join('\n')}`,
  ].join('\n\n')
}

function formatProbe({ probe }: DoctorEngine): string {
  if (probe === undefined) return ''
  if (probe.error !== undefined) return `failed: ${probe.error}`
  const speed = `${probe.millisecondsPerStep.toFixed(1)} ms a step, deviation ${probe.deviation.toExponential(1)}`
  return probe.isPassed ? `passed, ${speed}` : `failed, ${speed}`
}
