/** What the main process does for each family. */
import { AppException } from '#shared/basics/result.ts'
import { families, type Family } from '#shared/experiment/experiment-config.ts'
import type { ExperimentRecord, RunRecord } from '#shared/protocol/records.ts'
import type { JobResult } from '#shared/protocol/trainer-protocol.ts'
import { keepManifest } from '../context/keep-manifest.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { directInMain } from './direct.ts'
import type { MainFamily } from './main-family.ts'
import { nernInMain } from './nern.ts'
import { spectralInMain } from './spectral.ts'
import { trainingInMain } from './training.ts'

const mainFamilies: { readonly [F in Family]: MainFamily<F> } = {
  compress: nernInMain,
  train: trainingInMain,
  baseline: directInMain,
  spectral: spectralInMain,
}

/** Of a configuration, or of the result of a job. */
export function mainFamilyOf<F extends Family>({ kind }: { readonly kind: F }): MainFamily<F> {
  return mainFamilies[kind]
}

type FamilyResult = Extract<JobResult, { kind: Family }>

/**
 * Keeps what a run produced. Errors: `disk-full`, `file-unreadable`, and `internal` for a result of another family than
 * the experiment's.
 */
export async function storeResult(
  context: StudioContext,
  experiment: ExperimentRecord,
  run: RunRecord,
  result: JobResult,
): Promise<void> {
  const { config } = experiment
  if (!isOfFamily(result) || result.kind !== config.kind) {
    throw new AppException({
      code: 'internal',
      message: `The trainer answered ${experiment.name} with ${result.kind}.`,
    })
  }
  await mainFamilyOf(config).store(context, experiment, config, run, result)
  await keepManifest(context, context.store.manifests.ofRun(run.id))
}

function isOfFamily(result: JobResult): result is FamilyResult {
  return families.some((family) => family === result.kind)
}
