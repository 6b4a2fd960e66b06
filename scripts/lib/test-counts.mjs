/** How many tests of a suite passed and failed, and which failed, read from what it leaves behind. */
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'

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
  return specsOf(JSON.parse(fs.readFileSync(file, 'utf8')))
    .flatMap(({ tests }) => tests)
    .flatMap(({ results }) => results.flatMap(({ annotations }) => annotations))
    .filter(({ type }) => type === 'launch')
    .map(({ description }) => Number.parseInt(description, 10))
}

/** @typedef {{ test: string, message: string }} Failure `message`: the first lines of what the test threw. */

/**
 * The failed tests of vitest's JSON report, file and full name; empty when the file does not exist.
 * @returns {Failure[]}
 */
export function failuresOfVitest(file) {
  if (!fs.existsSync(file)) return []
  return JSON.parse(fs.readFileSync(file, 'utf8')).testResults.flatMap(
    ({ name, status, message, assertionResults }) => {
      const failed = assertionResults.filter((test) => test.status === 'failed')
      const testFile = path.relative(process.cwd(), name)
      if (status === 'failed' && failed.length === 0) return [{ test: testFile, message: firstLines(message) }]
      return failed.map(({ fullName, failureMessages }) => {
        return { test: `${testFile}: ${fullName}`, message: firstLines(failureMessages.join('\n')) }
      })
    },
  )
}

/**
 * The failed tests of Playwright's JSON report, place and title; empty when the file does not exist.
 * @returns {Failure[]}
 */
export function failuresOfPlaywright(file) {
  if (!fs.existsSync(file)) return []
  const report = JSON.parse(fs.readFileSync(file, 'utf8'))
  const failed = specsOf(report)
    .filter(({ ok }) => !ok)
    .map(({ title, file, line, tests }) => {
      const errors = tests.flatMap(({ results }) => results.flatMap((result) => result.errors))
      return { test: `${file}:${line}: ${title}`, message: firstLines(errors.map(({ message }) => message).join('\n')) }
    })
  const outside = report.errors.map(({ message }) => ({ test: 'outside of any test', message: firstLines(message) }))
  return [...failed, ...outside]
}

/** All tests of a report or of one of its suites, however deep they lie. */
function specsOf({ suites = [], specs = [] }) {
  return [...specs, ...suites.flatMap(specsOf)]
}

/** Without colours, empty lines and what would fill a screen. */
function firstLines(message) {
  const lines = stripVTControlCharacters(message ?? '').split('\n')
  return lines
    .filter((line) => line.trim() !== '')
    .slice(0, 6)
    .map((line) => line.slice(0, 200))
    .join('\n')
}
