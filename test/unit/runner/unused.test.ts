import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { removePaths, unused } from '#runner/answer/unused.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const digest = (letter: string): string => letter.repeat(64)
const [own, old, wanted] = [digest('a'), digest('b'), digest('c')]

/** A folder of a studio; all of it is a week old. */
function folder(): { readonly root: string; put(path: string, text?: string): void } {
  const root = temporaryFolder()
  const weekAgo = Date.now() / 1000 - 7 * 24 * 3600
  const put = (path: string, text = 'x'): void => {
    const whole = join(root, path)
    mkdirSync(dirname(whole), { recursive: true })
    writeFileSync(whole, text)
    for (let at = whole; at !== root; at = dirname(at)) utimesSync(at, weekAgo, weekAgo)
  }
  for (const name of ['objects', 'datasets', 'runtimes', 'batches', 'runs', 'pins']) mkdirSync(join(root, name))
  return { root, put }
}

function task(runId: string, objects: readonly string[]): string {
  const executor = { executor: 'onnxruntime', provider: 'cpu', threads: 1 }
  return JSON.stringify({ version: 1, runId, submission: `sub-${runId}`, executor, job: {}, objects })
}

test('programs that no wanted run was submitted with can go, but never the one that answers', async () => {
  const { root, put } = folder()
  for (const program of [own, old, wanted]) put(`runtimes/${own}/programs/${program}/runner.js`)
  put(`runtimes/${old}/node`)
  put(`runtimes/${old}/programs/${old}/runner.js`)
  put(`batches/sub-keep/0.json`, task('keep', [wanted]))
  put(`batches/sub-keep/batch.json`, JSON.stringify({ runtime: own, program: wanted }))
  put(`batches/sub-gone/0.json`, task('gone', [old]))
  put(`batches/sub-gone/batch.json`, JSON.stringify({ runtime: old, program: old }))
  for (const run of ['keep', 'gone']) put(`runs/${run}/events-1.jsonl`)
  for (const object of [wanted, old]) put(`objects/${object}`)
  put(`objects/.${old}.store-1.part`)
  put(`runtimes/.${old}.77/node`)
  mkdirSync(join(root, 'datasets', old))
  symlinkSync(`../../objects/${old}`, join(root, 'datasets', old, 'header.json'))
  // Young: somebody may be about to submit with it.
  const young = digest('d')
  mkdirSync(join(root, 'objects'), { recursive: true })
  writeFileSync(join(root, 'objects', young), 'x')
  writeFileSync(join(root, 'objects', `.${young}.store-2.part`), 'x')

  const answers = { runtime: join(root, 'runtimes', own), program: join(root, 'runtimes', own, 'programs', own) }
  const { paths, sizeBytes } = await unused(root, answers, { kind: 'unused', studio: 'store-1', runIds: ['keep'] })
  const expected = [
    `batches/sub-gone`,
    `objects/.${old}.store-1.part`,
    `objects/${old}`,
    `runs/gone`,
    `runtimes/${own}/programs/${old}`,
    `runtimes/${old}`,
    `runtimes/.${old}.77`,
  ]
  expect([...paths].sort()).toEqual(expected.sort())
  expect(sizeBytes).toBeGreaterThan(0)
  await removePaths(root, answers, { kind: 'remove', paths: [...paths, `runtimes/${own}`] })
  expect(readdirSync(join(root, 'runtimes', own, 'programs')).sort()).toEqual([own, wanted])
  expect(readdirSync(join(root, 'objects')).sort()).toEqual([`.${young}.store-2.part`, wanted, young])
})
