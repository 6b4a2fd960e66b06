import os from 'node:os'

/** Processor, cores, memory and system, for the line above a table. */
export function processorAndSystem(): string {
  const processors = os.cpus()
  const memory = `${Math.round(os.totalmem() / 2 ** 30)} GiB`
  return `${processors[0]?.model.trim()}, ${processors.length} cores, ${memory}, ${os.type()} ${os.release()}`
}

/** Average load over 1, 5 and 15 minutes. */
export function loads(): string {
  return os
    .loadavg()
    .map((load) => load.toFixed(2))
    .join(', ')
}
