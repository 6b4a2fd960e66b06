export type LogLevel = 'info' | 'warning' | 'error'

/** The part of the studio that a line comes from. */
export type LogScope =
  'main' | 'window' | 'ipc' | 'commands' | 'store' | 'queue' | 'tasks' | 'cluster' | 'handover' | 'trainer'

/** Takes one line for the studio's own log; returns at once and never throws. */
export type Log = (scope: LogScope, level: LogLevel, text: string) => void
