import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nern-circles-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What `npm run check` says of a project of these files: how many circles, and the exit code of the linter. */
async function lint(name: string, files: Readonly<Record<string, string>>): Promise<{ circles: number; code: number }> {
  const project = join(folder, name)
  const packageJson = JSON.stringify({ imports: { '#shared/*': './src/shared/*', '#engine/*': './src/engine/*' } })
  for (const [path, text] of Object.entries({ ...files, 'package.json': packageJson })) {
    await mkdir(dirname(join(project, path)), { recursive: true })
    await writeFile(join(project, path), text)
  }
  const args = [join(root, 'node_modules/oxlint/bin/oxlint'), '--config', join(root, '.oxlintrc.json'), 'src']
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd: project }, (error, output) => {
      done({ circles: output.split('import(no-cycle)').length - 1, code: Number(error?.code ?? 0) })
    })
  })
}

test('two files that import each other by alias are refused, be it types alone', async () => {
  const found = await lint('types', {
    'src/shared/a.ts': "import type { B } from '#engine/b.ts'\nexport type A = B | 1\n",
    'src/engine/b.ts': "export type { A } from '#shared/a.ts'\nexport type B = 2\n",
  })
  expect(found).toEqual({ circles: 2, code: 1 })
})

test('so are three files in a row, and a component with what it imports', async () => {
  const found = await lint('rows', {
    'src/a.ts': "import { b } from './b.ts'\nexport const a = () => b\n",
    'src/b.ts': "import { c } from './c.ts'\nexport const b = () => c\n",
    'src/c.ts': "import { a } from './a.ts'\nexport const c = () => a\n",
    'src/View.svelte': '<script lang="ts">\n  import { state } from \'./state.ts\'\n</script>\n{state}\n',
    'src/state.ts': "import type View from './View.svelte'\nexport const state: View | 1 = 1\n",
  })
  expect(found).toEqual({ circles: 5, code: 1 })
})

test('files that share a third one are not', async () => {
  const found = await lint('tree', {
    'src/shared/a.ts': 'export type A = 1\n',
    'src/engine/b.ts': "import type { A } from '#shared/a.ts'\nexport type B = A\n",
    'src/engine/c.ts':
      "import type { A } from '#shared/a.ts'\nimport type { B } from './b.ts'\nexport type C = A | B\n",
  })
  expect(found).toEqual({ circles: 0, code: 0 })
})
