import { ESLint } from 'eslint'
import { describe, expect, test } from 'vitest'

// The files do not exist: the rules that ask the type checker, which would look for them, stay out.
const eslint = new ESLint({
  ruleFilter: ({ ruleId }) => ruleId === 'no-restricted-imports',
  overrideConfig: { languageOptions: { parserOptions: { project: null } } },
})

async function refusals(file: string, source: string): Promise<readonly string[]> {
  const [result] = await eslint.lintText(source, { filePath: file })
  return (result?.messages ?? [])
    .filter(({ ruleId }) => ruleId === 'no-restricted-imports')
    .map(({ message }) => message)
}

describe('the layer table', () => {
  test.each([
    ['src/shared/x.ts', '#networks/network.ts'],
    ['src/shared/x.ts', 'node:fs'],
    ['src/networks/x.ts', '#engine/program/program.ts'],
    ['src/engine/x.ts', '#formats/weights-file/reader.ts'],
    ['src/engine/x.ts', 'onnxruntime-node'],
    ['src/engine/nern/x.ts', 'node:fs'],
    ['src/engine/executors/x.ts', '#trainer/index.ts'],
    ['src/formats/x.ts', '#engine/program/program.ts'],
    ['src/trainer/x.ts', '#main/studio.ts'],
    ['src/main/x.ts', '#engine/program/program.ts'],
    ['src/main/x.ts', '#trainer/index.ts'],
    ['src/main/queue/x.ts', 'electron'],
    ['src/main/queue/x.ts', 'better-sqlite3'],
    ['src/main/windows/x.ts', 'better-sqlite3'],
    ['src/main/windows/x.ts', 'electron-store'],
    ['src/main/store/x.ts', 'electron'],
    ['src/preload/x.ts', 'node:fs'],
    ['src/renderer/x.ts', '#main/studio.ts'],
    ['src/renderer/x.ts', 'electron'],
    ['src/cli/x.ts', 'electron'],
    ['src/cli/x.ts', '#renderer/main.ts'],
    ['src/cli/x.ts', '#main/windows/security.ts'],
    ['src/cli/x.ts', '#main/trainer-host/utility-host.ts'],
    ['src/runner/x.ts', '#trainer/index.ts'],
    ['src/runner/x.ts', '#main/trainer-host/utility-host.ts'],
    ['src/networks/x.ts', '../shared/basics/result.ts'],
  ])('refuses in %s the import of %s', async (file, source) => {
    expect(await refusals(file, `import * as x from '${source}'\nexport const y = x\n`)).not.toEqual([])
  })

  test.each([
    ['src/engine/x.ts', '#shared/basics/result.ts'],
    ['src/engine/executors/x.ts', 'onnxruntime-node'],
    ['src/networks/zoo/x.ts', '../network.ts'],
    ['src/main/store/x.ts', 'better-sqlite3'],
    ['src/main/windows/x.ts', 'electron'],
    ['src/cli/x.ts', '#main/trainer-host/fork-host.ts'],
    ['src/cli/x.ts', 'commander'],
    ['src/runner/x.ts', '#main/trainer-host/supervisor.ts'],
    ['src/renderer/x.ts', 'uplot'],
    ['src/renderer/x.ts', 'uplot/dist/uPlot.min.css'],
  ])('allows in %s the import of %s', async (file, source) => {
    expect(await refusals(file, `import * as x from '${source}'\nexport const y = x\n`)).toEqual([])
  })
})
