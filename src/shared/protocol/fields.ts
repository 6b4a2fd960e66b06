/** Fields that inputs of commands share. */
import { z } from 'zod'

export const id = z.string().min(1).max(100)
export const name = z.string().trim().min(1).max(200)
/** Given by the caller so that it can follow `task-progress` and cancel. */
export const taskId = z.string().min(1).max(100)
/**
 * An opaque file token from `files.pick` or a dropped file; never a path in windows. Some are fixed: of data sets,
 * `cifar10` is the npm package, `download:cifar10` and `download:cifar100` are archives of the official site; of
 * networks, `sample` is the one shipped with the studio.
 */
export const fileToken = z.string().min(1).max(4096)
export const empty = z.strictObject({})
export const ids = z.array(id).min(1).max(10_000)
