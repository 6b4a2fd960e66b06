import { expect, test } from 'vitest'
import { alongPath, placeLabels, type Box, type PlacedLabel } from '#renderer/charts/label-places.ts'

const bounds: Box = { left: 0, top: 0, right: 400, bottom: 300 }
const named = (id: string, x: number, y: number, width = 60) => ({ id, x, y, width })
const height = 15

function boxOf({ x, y }: PlacedLabel, width: number): Box {
  return { left: x, right: x + width, top: y - height / 2, bottom: y + height / 2 }
}

function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
}

test('a name stands right of its point, or left of it where it would leave the chart', () => {
  const labels = placeLabels([named('inside', 100, 100), named('at the edge', 390, 200)], { bounds, avoided: [] })
  expect(labels).toEqual([
    { id: 'inside', x: 110, y: 100 },
    { id: 'at the edge', x: 320, y: 200 },
  ])
})

test('names of crowded points cover neither each other nor any point, and those without room are left out', () => {
  const points = Array.from({ length: 60 }, (_, at) =>
    named(String(at), 120 + (at % 10) * 16, 90 + Math.floor(at / 10) * 18),
  )
  const labels = placeLabels(points, { bounds, avoided: [] })
  const boxes = labels.map((label) => boxOf(label, 60))
  const marks = points.map(({ x, y }) => ({ left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 }))
  expect(labels.length).toBeGreaterThan(5)
  expect(labels.length).toBeLessThan(points.length)
  for (const [index, box] of boxes.entries()) {
    expect(boxes.filter((other, at) => at !== index && overlap(box, other))).toEqual([])
    expect(marks.filter((mark) => overlap(box, mark))).toEqual([])
    expect([box.left >= 0, box.top >= 0, box.right <= 400, box.bottom <= 300]).toEqual([true, true, true, true])
  }
})

test('a name that has no room beside its point is led to from the edge of the mark', () => {
  const ring = Array.from({ length: 12 }, (_, at) => {
    const angle = (Math.PI * at) / 6
    return named(`ring ${at}`, 200 + 16 * Math.cos(angle), 150 + 16 * Math.sin(angle), 1)
  })
  const [label] = placeLabels([named('name', 200, 150), ...ring], { bounds, avoided: [] })
  const { x1 = 0, y1 = 0, x2 = 0, y2 = 0 } = label?.leader ?? {}
  expect(Math.hypot(x1 - 200, y1 - 150)).toBeCloseTo(7, 6)
  const { left, top, right, bottom } = boxOf(label ?? { id: '', x: 0, y: 0 }, 60)
  expect([x2 === left || x2 === right, y2 === top || y2 === bottom]).toEqual([true, true])
  // All on one line.
  expect((x1 - 200) * (y2 - 150)).toBeCloseTo((x2 - 200) * (y1 - 150), 6)
})

test('a name keeps off lines where there is another place', () => {
  const line = alongPath([
    { x: 0, y: 100 },
    { x: 400, y: 100 },
  ])
  const [label] = placeLabels([named('on the line', 200, 100)], { bounds, avoided: line })
  expect(label).toBeDefined()
  const box = boxOf(label ?? { id: '', x: 0, y: 0 }, 60)
  expect(line.filter((part) => overlap(part, box))).toEqual([])
})

test('no name lies where a handle covers it', () => {
  const handle: Box = { left: 105, right: 200, top: 80, bottom: 120 }
  const [label] = placeLabels([named('name', 100, 100)], { bounds, avoided: [], covered: [handle] })
  // To the right is where it would have gone.
  expect(label?.x).toBeLessThan(100)
  expect(placeLabels([named('name', 100, 100)], { bounds, avoided: [], covered: [bounds] })).toEqual([])
})
