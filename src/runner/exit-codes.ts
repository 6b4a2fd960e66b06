/** How a job on a cluster ends; Slurm shows the number beside its state. */
export const exitCodes = {
  /** `result.json` is there. */
  completed: 0,
  failed: 65,
  /** Another job has the run. */
  claimed: 73,
  /** What the run needs is no longer in the folder. */
  folderGone: 74,
  /** A checkpoint is kept; on the time limit the job is requeued. */
  paused: 75,
  /** A newer attempt has the run. */
  fenced: 76,
  /** The time limit came before anything could be kept: another attempt would come no further. */
  stuck: 77,
} as const
export type JobExitCode = (typeof exitCodes)[keyof typeof exitCodes]
