/**
 * How many physical cores there are. ONNX Runtime counts them itself, but on a Linux whose processor it does not know, as
 * virtual machines show, it takes half the logical ones: one of two, and training runs at two thirds of its speed.
 */
import { readdir, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

const linuxFolder = '/sys/devices/system/cpu'

/**
 * Physical cores this process may use, or undefined where the system does not say (all but Linux).
 * @param folder of Linux's processor descriptions; another one for tests
 */
export async function physicalCores(folder = linuxFolder): Promise<number | undefined> {
  try {
    const processors = (await readdir(folder)).filter((name) => /^cpu\d+$/.test(name))
    // Hardware threads of one core name the same siblings.
    const siblings = await Promise.all(
      processors.map((name) => readFile(join(folder, name, 'topology', 'thread_siblings_list'), 'utf8')),
    )
    const cores = new Set(siblings.map((list) => list.trim())).size
    return cores === 0 ? undefined : Math.min(cores, availableParallelism())
  } catch {
    // Not Linux, or processors that do not describe themselves (some containers): the runtime counts.
    return undefined
  }
}
