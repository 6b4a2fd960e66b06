import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import {
  countsOfOutput,
  countsOfPlaywright,
  countsOfVitest,
  failuresOfPlaywright,
  failuresOfVitest,
  launchTimesOfPlaywright,
} from '../../../scripts/lib/test-counts.mjs'

function report(contents: unknown): string {
  const file = join(temporaryFolder(), 'report.json')
  writeFileSync(file, JSON.stringify(contents))
  return file
}

describe('an output', () => {
  test('counts by its last summary', () => {
    expect(countsOfOutput('a: 1 passed, 1 failed\nall: 12 passed, 3 failed\n')).toEqual({
      passed: 12,
      failed: 3,
      skipped: 0,
    })
  })

  test('without a summary counts as nothing', () => {
    expect(countsOfOutput('killed')).toBeUndefined()
  })
})

describe('a report of vitest', () => {
  const counts = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 0 }

  test('counts a file that cannot be loaded as failed', () => {
    const testResults = [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{ status: 'failed' }] },
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
    ]
    expect(countsOfVitest(report({ ...counts, testResults }))).toEqual({ passed: 5, failed: 2, skipped: 2 })
  })

  test('names what failed and how, without colours and long traces', () => {
    const failureMessages = [`\u001B[31mexpected 1\u001B[39m\n\n${'at here\n'.repeat(20)}`]
    const testResults = [
      { status: 'failed', name: resolve('test/a.test.ts'), message: 'no such file', assertionResults: [] },
      {
        status: 'failed',
        name: resolve('test/b.test.ts'),
        message: '',
        assertionResults: [{ status: 'passed' }, { status: 'failed', fullName: 'b is one', failureMessages }],
      },
      { status: 'passed', name: resolve('test/c.test.ts'), assertionResults: [{ status: 'passed' }] },
    ]
    expect(failuresOfVitest(report({ ...counts, testResults }))).toEqual([
      { test: 'test/a.test.ts', message: 'no such file' },
      { test: 'test/b.test.ts: b is one', message: `expected 1\n${Array(5).fill('at here').join('\n')}` },
    ])
  })

  test('that was never written counts as nothing, and names no failure', () => {
    expect(failuresOfVitest(join(temporaryFolder(), 'report.json'))).toEqual([])
    expect(countsOfVitest(join(temporaryFolder(), 'report.json'))).toBeUndefined()
  })
})

test('a report of Playwright counts flaky tests and broken files as failed', () => {
  const stats = { expected: 4, unexpected: 1, flaky: 1, skipped: 2 }
  expect(countsOfPlaywright(report({ stats, errors: [{}] }))).toEqual({ passed: 4, failed: 3, skipped: 2 })
})

test('a report of Playwright names what failed, however deep its suites lie', () => {
  const spec = (title: string, ok: boolean, messages: readonly string[]) => {
    const errors = messages.map((message) => ({ message }))
    return { title, ok, file: 'a.spec.ts', line: 7, tests: [{ results: [{ errors }] }] }
  }
  const suites = [{ specs: [spec('opens', true, [])], suites: [{ specs: [spec('closes', false, ['too late'])] }] }]
  expect(failuresOfPlaywright(report({ suites, errors: [{ message: 'cannot load b.spec.ts' }] }))).toEqual([
    { test: 'a.spec.ts:7: closes', message: 'too late' },
    { test: 'outside of any test', message: 'cannot load b.spec.ts' },
  ])
})

test('a report of Playwright tells how long each launch took, however deep its suites lie', () => {
  const tests = (description: string) => [
    { tests: [{ results: [{ annotations: [{ type: 'launch', description }] }] }] },
  ]
  const other = [{ tests: [{ results: [{ annotations: [{ type: 'Electron', description: '33.2.1' }] }] }] }]
  const suites = [{ specs: tests('912 ms'), suites: [{ specs: [...tests('1250 ms'), ...other] }] }]
  expect(launchTimesOfPlaywright(report({ suites }))).toEqual([912, 1250])
})
