import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { LogFile, type LogFileOptions } from '#main/log/log-file.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

function openLog(options: LogFileOptions = {}, path = join(temporaryFolder(), 'studio.log')) {
  const problems: string[] = []
  const file = new LogFile(path, { now: () => 0, onProblem: (text) => problems.push(text), ...options })
  return { file, log: file.log, path, problems }
}

/** Level, scope and text of each line. */
function linesOf(path: string): readonly string[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => line.replace(`1970-01-01T00:00:00.000Z ${process.pid} `, ''))
}

test('a line says when, which process, how bad and where from, and stays one line', async () => {
  const { file, log, path } = openLog()
  log('queue', 'warning', 'run-1: went\n  wrong')
  await file.close()
  expect(readFileSync(path, 'utf8')).toBe(`1970-01-01T00:00:00.000Z ${process.pid} warning queue run-1: went | wrong\n`)
})

test('nothing is written while the caller is at work', async () => {
  const { file, log, path } = openLog()
  log('main', 'info', 'first')
  expect(existsSync(path)).toBe(false)
  await file.close()
  expect(linesOf(path)).toEqual(['info main first'])
})

test('lines keep their order however many writes they take', async () => {
  const { file, log, path } = openLog()
  const texts = Array.from({ length: 300 }, (_, line) => `line ${line}`)
  for (const [index, text] of texts.entries()) {
    log('tasks', 'info', text)
    if (index % 7 === 0) await new Promise(setImmediate)
  }
  await file.close()
  expect(linesOf(path)).toEqual(texts.map((text) => `info tasks ${text}`))
})

test('a full file becomes the old one while the log runs, and two are kept at most', async () => {
  const { file, log, path } = openLog({ maxBytes: 300 })
  for (let line = 0; line < 20; line++) {
    log('trainer', 'info', `line ${line}`)
    await file.flush()
    expect(statSync(path).size).toBeLessThanOrEqual(300)
  }
  await file.close()
  const kept = [...linesOf(`${path}.old`), ...linesOf(path)]
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => `info trainer line ${20 - kept.length + i}`))
  expect(statSync(`${path}.old`).size).toBeLessThanOrEqual(300)
  expect(kept.length).toBeGreaterThan(5)
})

test('a file that an earlier process has filled is the old one after the first line', async () => {
  const path = join(temporaryFolder(), 'studio.log')
  writeFileSync(path, 'x'.repeat(300))
  const { file, log } = openLog({ maxBytes: 300 }, path)
  log('main', 'info', 'new')
  await file.close()
  expect([readFileSync(`${path}.old`, 'utf8').length, linesOf(path)]).toEqual([300, ['info main new']])
})

test('a folder that cannot be written is told once, and what was lost when it can be again', async () => {
  const folder = join(temporaryFolder(), 'folder')
  // A file in its place: no user, root neither, can write below it.
  writeFileSync(folder, '')
  const { file, log, path, problems } = openLog({}, join(folder, 'studio.log'))
  log('main', 'info', 'one')
  await file.flush()
  log('main', 'info', 'two')
  await file.flush()
  expect(problems).toEqual([expect.stringContaining(`The log ${path} cannot be written`)])
  rmSync(folder)
  mkdirSync(folder)
  log('main', 'info', 'three')
  await file.close()
  expect(linesOf(path)).toEqual(['warning main 2 lines before this one could not be written.', 'info main three'])
})

test('what waits for a slow disk is bounded: the oldest lines are left out, and counted', async () => {
  // Room for four lines of about 48 characters.
  const { file, log, path } = openLog({ maxWaiting: 200 })
  for (let line = 0; line < 10; line++) log('main', 'info', `line ${line}`)
  await file.close()
  const newest = [6, 7, 8, 9].map((line) => `info main line ${line}`)
  expect(linesOf(path)).toEqual(['warning main 6 lines before this one could not be written.', ...newest])
})

test.each([
  ['leaves at once', 'process.exit(0)'],
  ['is in the middle of a write', 'setImmediate(() => { log("main", "info", "late"); process.exit(0) })'],
  ['breaks', 'throw new Error("broken")'],
])('a process that %s leaves every line behind', async (_what, end) => {
  const path = join(temporaryFolder(), 'studio.log')
  const script = `import { LogFile } from '#main/log/log-file.ts'
    const { log } = new LogFile(${JSON.stringify(path)})
    for (let line = 0; line < 1000; line++) log('main', 'info', String(line))
    ${end}`
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]).catch(() => {})
  const texts = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ').at(-1))
  const late = end.includes('late') ? ['late'] : []
  expect(texts).toEqual([...Array.from({ length: 1000 }, (_, line) => String(line)), ...late])
})
