import { AppException } from '#shared/basics/result.ts'

/** The loss of step `step` (1 for the first). Throws `diverged` when it is no number or infinite. */
export function finiteLoss(loss: number | undefined, step: number): number {
  if (loss !== undefined && Number.isFinite(loss)) return loss
  throw new AppException({
    code: 'diverged',
    message: `The loss became ${String(loss)}.`,
    where: `step ${step}`,
    remedy: 'Lower the learning rate of this phase; the checkpoint before it is kept.',
  })
}
