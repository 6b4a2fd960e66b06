/** What an experiment will do, in plain columns: each family fills those it has, and reads them back. */
import type { Family } from '#shared/experiment/experiment-config.ts'
import type { PlanOf } from '#shared/experiment/plan.ts'

export interface PlanColumns {
  readonly architecture: string | null
  readonly epochs: number | null
  readonly method_title: string | null
  readonly hidden_size: number | null
  readonly reconstruction_steps: number | null
  readonly distillation_steps: number | null
  readonly quantisation_steps: number | null
}

interface FamilyColumns<F extends Family> {
  write(plan: PlanOf<F>): Partial<PlanColumns>
  read(columns: PlanColumns): PlanOf<F>
}

export const planColumns: { readonly [F in Family]: FamilyColumns<F> } = {
  compress: {
    write: ({ hiddenSize, steps }) => ({
      hidden_size: hiddenSize,
      reconstruction_steps: steps.reconstruction,
      distillation_steps: steps.distillation,
      quantisation_steps: steps.quantisation,
    }),
    read: (columns) => ({
      kind: 'compress',
      hiddenSize: columns.hidden_size ?? 0,
      steps: {
        reconstruction: columns.reconstruction_steps ?? 0,
        distillation: columns.distillation_steps ?? 0,
        quantisation: columns.quantisation_steps ?? 0,
      },
    }),
  },
  train: {
    write: ({ architecture, epochs }) => ({ architecture, epochs }),
    read: ({ architecture, epochs }) => ({ kind: 'train', architecture: architecture ?? '', epochs: epochs ?? 0 }),
  },
  baseline: {
    write: ({ title, steps }) => ({ method_title: title, distillation_steps: steps }),
    read: (columns) => ({
      kind: 'baseline',
      title: columns.method_title ?? '',
      steps: columns.distillation_steps ?? 0,
    }),
  },
  spectral: {
    write: ({ title, steps }) => ({ method_title: title, distillation_steps: steps }),
    read: (columns) => ({
      kind: 'spectral',
      title: columns.method_title ?? '',
      steps: columns.distillation_steps ?? 0,
    }),
  },
}

const noColumns: PlanColumns = {
  architecture: null,
  epochs: null,
  method_title: null,
  hidden_size: null,
  reconstruction_steps: null,
  distillation_steps: null,
  quantisation_steps: null,
}

/** All columns of a plan; null where its family has none. */
export function columnsOf<F extends Family>(plan: PlanOf<F> & { readonly kind: F }): PlanColumns {
  return { ...noColumns, ...planColumns[plan.kind].write(plan) }
}
