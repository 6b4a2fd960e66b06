import { expect, test } from 'vitest'
import { parseLaunchOptions } from '#main/launch-options.ts'

test.each<[readonly string[], object]>([
  [[], { isDemo: false, isDemoExiting: false, demoPreset: 'fast', files: [] }],
  [
    ['--store', 'a', '--user-data-dir=/u'],
    { isDemo: false, isDemoExiting: false, demoPreset: 'fast', files: [], store: '/work/a', userDataDir: '/u' },
  ],
  [
    [
      '/app',
      '--no-sandbox',
      '--store=/s',
      '--demo',
      '--demo-exit',
      '--demo-preset=smoke',
      '--screenshots',
      '/p',
      '--inspect=0',
    ],
    { isDemo: true, isDemoExiting: true, demoPreset: 'smoke', files: [], store: '/s', screenshots: '/p' },
  ],
  [['--store='], { isDemo: false, isDemoExiting: false, demoPreset: 'fast', files: [] }],
  [['--store'], { isDemo: false, isDemoExiting: false, demoPreset: 'fast', files: [] }],
  [
    ['--remote-debugging-port=0', '--enable-features=Vulkan', '/app', 'x.onnx', '/y.pth'],
    { isDemo: false, isDemoExiting: false, demoPreset: 'fast', files: ['/work/x.onnx', '/y.pth'] },
  ],
])('%j', (args, expected) => {
  expect(parseLaunchOptions(args, '/work', '/app')).toStrictEqual(expected)
})
