import type { DoctorEngine } from '#shared/protocol/commands/studio.ts'

export interface EngineState {
  readonly title: string
  readonly tone: 'positive' | 'caution' | 'negative' | 'neutral'
}

/** What may be said of an engine. Only a passed proof run or the project's own tests make it `works`. */
export function engineState(engine: DoctorEngine): EngineState {
  if (engine.status === 'unavailable') return { title: 'Not here', tone: 'neutral' }
  if (engine.probe !== undefined && !engine.probe.isPassed) return { title: 'Failed its proof', tone: 'negative' }
  if (!engine.isVerified) {
    return engine.probe === undefined
      ? { title: 'Unverified', tone: 'caution' }
      : { title: 'Unverified, proof passed', tone: 'caution' }
  }
  return engine.probe === undefined ? { title: 'Available', tone: 'neutral' } : { title: 'Works', tone: 'positive' }
}
