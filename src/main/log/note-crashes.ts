import type { Log } from './log.ts'

/** What is done about a defect stays as it is: Electron shows it and goes on. */
export function noteCrashes(log: Log): void {
  process.on('uncaughtExceptionMonitor', (error, origin) =>
    log('main', 'error', `${origin}: ${error.stack ?? error.message}`),
  )
}
