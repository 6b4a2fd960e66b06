import type { DoctorReport } from '#shared/protocol/commands/studio.ts'
import { formatBytes } from '../../format/format.ts'
import { engineState } from './engine-state.ts'

/** The report as plain text, for a message or a bug report. */
export function reportText(report: DoctorReport, version: string): string {
  const { engines, store, system, versions, unverified } = report
  const engineLines = engines.map((engine) => {
    const { probe } = engine
    const measured =
      probe?.isPassed === true
        ? `; ${probe.device}, deviation ${probe.deviation}, ${probe.millisecondsPerStep} ms a step`
        : ''
    return `- ${engine.executor} ${engine.provider}: ${engineState(engine).title}${measured}. ${probe?.error ?? engine.detail}${engine.reason === undefined ? '' : ` (${engine.reason})`}`
  })
  return [
    `NeRN Studio ${version}`,
    '',
    'Engines',
    ...engineLines,
    '',
    'System',
    `- ${system.platform}, ${system.processor}, ${system.cores} cores`,
    `- ${formatBytes(system.memoryBytes)} memory, ${formatBytes(system.freeDiskBytes)} free disk`,
    '',
    'Store',
    `- ${store.path}: ${store.isHealthy ? 'healthy' : 'damaged'}, ${formatBytes(store.sizeBytes)}, schema ${store.schemaVersion}. ${store.detail}`,
    '',
    'Versions',
    ...Object.entries(versions).map(([name, value]) => `- ${name} ${value}`),
    '',
    'Not tested by the project',
    ...unverified.map((sentence) => `- ${sentence}`),
    '',
  ].join('\n')
}
