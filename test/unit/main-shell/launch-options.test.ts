import { expect, test } from 'vitest'
import { parseLaunchOptions } from '#main/launch-options.ts'

test.each<[readonly string[], object]>([
  [[], { isDemo: false, isDemoExiting: false, demoPreset: 'fast' }],
  [
    ['--store', 'a', '--user-data-dir=/u'],
    { isDemo: false, isDemoExiting: false, demoPreset: 'fast', store: '/work/a', userDataDir: '/u' },
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
    { isDemo: true, isDemoExiting: true, demoPreset: 'smoke', store: '/s', screenshots: '/p' },
  ],
  [['--store='], { isDemo: false, isDemoExiting: false, demoPreset: 'fast' }],
  [['--store'], { isDemo: false, isDemoExiting: false, demoPreset: 'fast' }],
  [
    ['--remote-debugging-port=0', '--enable-features=Vulkan', 'x'],
    { isDemo: false, isDemoExiting: false, demoPreset: 'fast' },
  ],
])('%j', (args, expected) => {
  expect(parseLaunchOptions(args, '/work')).toStrictEqual(expected)
})
