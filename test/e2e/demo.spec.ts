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

  test('compresses by both methods and the baselines, saves pictures of every screen, and ends well', async ({
    folder,
  }) => {
    const pictures = join(folder, 'pictures')
    const { code, output } = await runDemo(folder, ['--demo-preset', 'smoke', '--screenshots', pictures])
    const completed = [...output.matchAll(/^Experiment Untrained ResNet-20 (.*) completed\.$/gm)].map(
      ([, name]) => name,
    )
    expect(completed).toStrictEqual(['spectral 15x', 'float16', 'int8', 'int6', 'int4', 'k-means 3 bit', 'h32'])
    for (const part of ['original', 'reconstructed', 'predictor', 'all-in ratio']) expect(output).toContain(part)
    expect(code).toBe(0)
    const names = [
      'run-live',
      'home',
      'compress',
      'compress-network',
      'networks',
      'network',
      'datasets',
      'dataset',
      'new-experiment',
      'experiments',
    ]
    names.push('queue', 'run-spectral', 'run', 'compare', 'doctor', 'settings')
    const expected = names.flatMap((name) => [`${name}-dark.png`, `${name}-light.png`])
    expect((await readdir(pictures)).sort()).toStrictEqual(expected.sort())
    for (const name of expected) expect((await stat(join(pictures, name))).size).toBeGreaterThan(10_000)
  })

  test('a preset that does not exist is said, and the exit code tells', async ({ folder }) => {
    const { code, output } = await runDemo(folder, ['--demo-preset', 'none'])
    expect([code, output]).toStrictEqual([1, expect.stringContaining('There is no preset none.')])
  })
})
