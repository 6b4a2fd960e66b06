import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { atomicWrite } from '../files/atomic-write.ts'

const rectangleSchema = z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) })
export type Rectangle = z.infer<typeof rectangleSchema>

const windowStateSchema = z.object({ bounds: rectangleSchema, isMaximized: z.boolean() })
export type WindowState = z.infer<typeof windowStateSchema>

export const minimumSize = { width: 1024, height: 700 } as const
const firstSize = { width: 1280, height: 800 } as const

/** Position is left out where the system should choose. */
export interface Placement {
  readonly width: number
  readonly height: number
  readonly x?: number
  readonly y?: number
  readonly isMaximized: boolean
}

/**
 * Where a window opens: where it was, if enough of its title bar can still be grabbed on one of the screens (a monitor
 * may be gone), else in the middle; never below the minimum size.
 */
export function placeWindow(saved: WindowState | undefined, workAreas: readonly Rectangle[]): Placement {
  if (saved === undefined) return { ...firstSize, isMaximized: false }
  const { bounds, isMaximized } = saved
  const width = Math.max(bounds.width, minimumSize.width)
  const height = Math.max(bounds.height, minimumSize.height)
  const isReachable = workAreas.some((area) => isTitleBarInside(bounds, area))
  return isReachable ? { x: bounds.x, y: bounds.y, width, height, isMaximized } : { width, height, isMaximized }
}

/** At least 100 points of the bar's width and all of its height. */
function isTitleBarInside(bounds: Rectangle, area: Rectangle): boolean {
  const barHeight = 40
  const visible = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x)
  return visible >= 100 && bounds.y >= area.y && bounds.y + barHeight <= area.y + area.height
}

/** Undefined when there is none yet or it cannot be understood: a window's place is not worth an error. */
export function readWindowState(path: string): WindowState | undefined {
  try {
    return windowStateSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}

export async function writeWindowState(path: string, state: WindowState): Promise<void> {
  await atomicWrite(path, new TextEncoder().encode(JSON.stringify(state)))
}
