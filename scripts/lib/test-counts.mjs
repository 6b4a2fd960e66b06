/** How many tests of a suite passed and failed, read from what it leaves behind. */
import fs from 'node:fs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * From the last line `N passed, N failed` of an output; undefined when there is none.
 * @returns {Counts | undefined}
 */
export function countsOfOutput(output) {
  const found = [...output.matchAll(/(\d+) passed, (\d+) failed/g)].at(-1)
  return found && { passed: Number(found[1]), failed: Number(found[2]), skipped: 0 }
}

/**
 * From vitest's JSON report; undefined when the file does not exist.
 * @returns {Counts | undefined}
 */
export function countsOfVitest(file) {
  if (!fs.existsSync(file)) return undefined
  const report = JSON.parse(fs.readFileSync(file, 'utf8'))
  // A file that cannot be loaded fails without holding a failed test.
  const brokenFiles = report.testResults.filter(({ status, assertionResults }) => {
    return status === 'failed' && assertionResults.every((test) => test.status !== 'failed')
  })
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/**
 * From Playwright's JSON report; undefined when the file does not exist.
 * @returns {Counts | undefined}
 */
export function countsOfPlaywright(file) {
  if (!fs.existsSync(file)) return undefined
  const { stats, errors } = JSON.parse(fs.readFileSync(file, 'utf8'))
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length, skipped: stats.skipped }
}

/**
 * How long each studio of a test took to open, in milliseconds, from the annotations in Playwright's JSON report.
 * @returns {number[]}
 */
export function launchTimesOfPlaywright(file) {
  const testsOf = ({ suites = [], specs = [] }) => [...specs.flatMap(({ tests }) => tests), ...suites.flatMap(testsOf)]
  return testsOf(JSON.parse(fs.readFileSync(file, 'utf8')))
    .flatMap(({ results }) => results.flatMap(({ annotations }) => annotations))
    .filter(({ type }) => type === 'launch')
    .map(({ description }) => Number.parseInt(description, 10))
}
