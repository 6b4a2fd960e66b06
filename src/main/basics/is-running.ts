/** Whether there is a process with this id, whoever's it is. */
export function isRunning(pid: number): boolean {
  try {
    // Signal 0 reaches nobody: it only asks whether the process is there.
    process.kill(pid, 0)
    return true
  } catch (cause) {
    // Somebody else's process is there as well.
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
  }
}
