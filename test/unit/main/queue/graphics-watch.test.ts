import { expect, test } from 'vitest'
import { readGraphicsLine, watchGraphics, type GraphicsReading } from '#main/queue/graphics-watch.ts'

test.each([
  ['37, 1024', { busyPercent: 37, usedBytes: 2 ** 30 }],
  [' 0, 4 \r', { busyPercent: 0, usedBytes: 4 * 2 ** 20 }],
  ['100, 143771', { busyPercent: 100, usedBytes: 143_771 * 2 ** 20 }],
  // A card that is cut into instances counts no utilisation; one that shares the memory of the system counts none.
  ['[N/A], 87', { usedBytes: 87 * 2 ** 20 }],
  ['12, [Not Supported]', { busyPercent: 12 }],
  ['[N/A], [N/A]', {}],
  ['101, 4', undefined],
  ['-1, 4', undefined],
  ['37', undefined],
  ['37, 1024, 8', undefined],
  ['NaN, 0x10', undefined],
  ['No devices were found', undefined],
  ["NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", undefined],
  ['Unable to determine the device handle for GPU0000:01:00.0: Unknown Error', undefined],
  ['', undefined],
])('reads %j', (line, reading) => {
  expect(readGraphicsLine(line)).toEqual(reading)
})

/** What is told of a program that is this script. */
function watched(script: string, program = process.execPath) {
  const readings: GraphicsReading[] = []
  return new Promise<{ readonly readings: readonly GraphicsReading[]; readonly text: string }>((resolve) => {
    watchGraphics({
      onReading: (reading) => readings.push(reading),
      onNothing: (text) => resolve({ readings, text }),
      command: [program, '-e', script],
    })
  })
}

test('gives readings until the program ends, and says that it did', async () => {
  const script = `process.stdout.write('37, 10\\n4'); setTimeout(() => { console.log('1, 12'); process.exitCode = 9 }, 20)`
  expect(await watched(script)).toEqual({
    readings: [
      { busyPercent: 37, usedBytes: 10 * 2 ** 20 },
      { busyPercent: 41, usedBytes: 12 * 2 ** 20 },
    ],
    text: expect.stringMatching(/^What the graphics card does cannot be read: .* ended with status 9\.$/) as string,
  })
})

test('says where nothing can be read', async () => {
  const { readings, text } = await watched('console.log("No devices were found"); setInterval(() => {}, 1000)')
  expect([readings, text]).toEqual([[], expect.stringContaining('says "No devices were found"')])
  const missing = await watched('', 'no-such-program-for-cards')
  expect(missing.text).toBe(
    'What the graphics card does cannot be read: there is no no-such-program-for-cards that can be started.',
  )
})

test('is silent once it is stopped', async () => {
  const told: string[] = []
  const ended = new Promise<void>((resolve) => {
    const watch = watchGraphics({
      onReading() {
        watch.stop()
        setTimeout(resolve, 100)
      },
      onNothing: (text) => told.push(text),
      command: [process.execPath, '-e', `setInterval(() => console.log('1, 1'), 5)`],
    })
  })
  await ended
  expect(told).toEqual([])
})
