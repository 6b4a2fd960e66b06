/** How the caller reads the file system: pure folders have none. */
export interface ProcessorFiles {
  readonly list: (folder: string) => readonly string[]
  readonly read: (path: string) => string
}

const linuxFolder = '/sys/devices/system/cpu'

/**
 * How many physical cores this process may use, or undefined where the system does not say (all but Linux).
 * @param available logical processors that this process may use
 * @param folder of Linux's processor descriptions; another one for tests
 */
export function countPhysicalCores(
  { list, read }: ProcessorFiles,
  available: number,
  folder = linuxFolder,
): number | undefined {
  try {
    const processors = list(folder).filter((name) => /^cpu\d+$/.test(name))
    // Hardware threads of one core name the same siblings.
    const siblings = processors.map((name) => read(`${folder}/${name}/topology/thread_siblings_list`).trim())
    const cores = new Set(siblings).size
    return cores === 0 ? undefined : Math.min(cores, available)
  } catch {
    // Not Linux, or processors that do not describe themselves (some containers).
    return undefined
  }
}
