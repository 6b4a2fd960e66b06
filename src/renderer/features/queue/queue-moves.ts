/** Position from 1 after moving the item at `from` (from 0) onto the item at `onto`; undefined when nothing moves. */
export function droppedPosition(from: number, onto: number, count: number): number | undefined {
  if (from === onto || from < 0 || onto < 0 || from >= count || onto >= count) return undefined
  return onto + 1
}

/** Where a key pressed with Alt on the item at `index` (from 0) sends it: its position from 1; undefined for other keys, and at the ends. */
export function positionByKey(key: string, index: number, count: number): number | undefined {
  const positions: Readonly<Record<string, number>> = { ArrowUp: index, ArrowDown: index + 2, Home: 1, End: count }
  const position = positions[key]
  return position === undefined || position < 1 || position > count || position === index + 1 ? undefined : position
}
