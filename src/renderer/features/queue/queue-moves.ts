/** Position from 1 after moving the item at `from` (from 0) onto the item at `onto`; undefined when nothing moves. */
export function droppedPosition(from: number, onto: number, count: number): number | undefined {
  if (from === onto || from < 0 || onto < 0 || from >= count || onto >= count) return undefined
  return onto + 1
}
