import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './fixtures.ts'
import { electronExecutable, studioArguments, studioEnvironment } from './launch.ts'

/** Runs the demo without anybody watching, as `npm run demo` does where there is no display. */
async function runDemo(folder: string, args: readonly string[]) {
  const demo = ['--demo', '--demo-exit', ...args]
  const child = spawn(electronExecutable(), [...studioArguments(folder), ...demo], {
    env: studioEnvironment(),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

test.describe('with network and data set', () => {
  test.use({ start: 'library' })

  test('runs an experiment, saves pictures of every screen in both themes, and ends well', async ({ folder }) => {
    const pictures = join(folder, 'pictures')
    const { code, output } = await runDemo(folder, ['--demo-preset', 'smoke', '--screenshots', pictures])
    expect(output).toContain('completed.')
    for (const part of ['original', 'reconstructed', 'predictor', 'all-in ratio']) expect(output).toContain(part)
    expect(code).toBe(0)
    const names = ['run-live', 'home', 'networks', 'network', 'datasets', 'dataset', 'new-experiment', 'experiments']
    names.push('queue', 'run', 'compare', 'doctor', 'settings')
    const expected = names.flatMap((name) => [`${name}-dark.png`, `${name}-light.png`])
    expect((await readdir(pictures)).sort()).toStrictEqual(expected.sort())
    for (const name of expected) expect((await stat(join(pictures, name))).size).toBeGreaterThan(10_000)
  })

  test('a preset that does not exist is said, and the exit code tells', async ({ folder }) => {
    const { code, output } = await runDemo(folder, ['--demo-preset', 'none'])
    expect([code, output]).toStrictEqual([1, expect.stringContaining('There is no preset none.')])
  })
})
