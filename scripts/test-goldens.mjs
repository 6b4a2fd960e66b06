#!/usr/bin/env node
/**
 * usage: npm run test:goldens -- [--dir DIR] [--executor reference|onnxruntime|webgpu|all]
 *
 * Compares the method with what the authors' code computed (test/numeric/goldens). DIR defaults to
 * $NERN_SHARED/method/goldens. Ends with `N passed, N failed`; exit code 1 on any failure or when nothing passed.
 */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import process from 'node:process'
import { root } from './lib/environment.mjs'

const runTs = path.join(root, 'scripts', 'run-ts.mjs')
const main = path.join(root, 'test', 'numeric', 'goldens', 'main.ts')
const { status } = spawnSync(process.execPath, [runTs, main, ...process.argv.slice(2)], { stdio: 'inherit' })
process.exit(status ?? 1)
