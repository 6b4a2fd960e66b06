import { expect, test } from 'vitest'
import { parseLaunchOptions } from '#main/launch-options.ts'

test.each<[readonly string[], object]>([
  [[], { isDemo: false, isDemoExiting: false }],
  [
    ['--store', 'a', '--user-data-dir=/u'],
    { isDemo: false, isDemoExiting: false, store: '/work/a', userDataDir: '/u' },
  ],
  [
    ['/app', '--no-sandbox', '--store=/s', '--demo', '--demo-exit', '--screenshots', '/p', '--inspect=0'],
    { isDemo: true, isDemoExiting: true, store: '/s', screenshots: '/p' },
  ],
  [['--store='], { isDemo: false, isDemoExiting: false }],
  [['--store'], { isDemo: false, isDemoExiting: false }],
  [['--remote-debugging-port=0', '--enable-features=Vulkan', 'x'], { isDemo: false, isDemoExiting: false }],
])('%j', (args, expected) => {
  expect(parseLaunchOptions(args, '/work')).toStrictEqual(expected)
})
