/**
 * `npm run test:oracles -- [--only TEXT] [--remake] [--write-docs]`: networks and data sets made by the tools that people
 * use, taken in by the command line, compared with what those tools compute (docs/formats.md). The first run fetches them
 * from PyPI into .cache/oracles, some 8 GB; none of it is part of the studio or of `npm test`.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { bootstrap, root, runNode, say, stop } from './lib/bootstrap.mjs'
import { buildCli } from './lib/build.mjs'
import { cacheDir } from './lib/environment.mjs'

const python = process.env['NERN_PYTHON'] ?? 'python3'
const folder = path.join(cacheDir, 'oracles')
const tests = path.join(root, 'test', 'oracles')

const tools = await bootstrap()
const environments = [
  ['--python', environment('venv', 'requirements.txt')],
  ['--keras', environment('keras', 'requirements-keras.txt')],
]
await buildCli()
const args = ['scripts/run-ts.mjs', path.join(tests, 'main.ts'), '--folder', folder, ...environments.flat()]
process.exit(await runNode(tools, [...args, ...process.argv.slice(2)]))

/** The Python of an environment with the packages of a list, made where it is missing or of another list. */
function environment(name, list) {
  const target = path.join(folder, name)
  const isWindows = process.platform === 'win32'
  const executable = path.join(target, isWindows ? 'Scripts' : 'bin', isWindows ? 'python.exe' : 'python')
  const record = path.join(target, 'made-of')
  const digest = createHash('sha256')
    .update(fs.readFileSync(path.join(tests, list)))
    .digest('hex')
  if (fs.existsSync(record) && fs.readFileSync(record, 'utf8') === digest) return executable
  say(`Fetching what ${list} names from PyPI into ${path.relative(root, target)} ...`)
  fs.mkdirSync(folder, { recursive: true })
  run(python, ['-m', 'venv', target], 'install Python 3.11 or newer with its module venv')
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-cache-dir', '-r', list]
  run(executable, install, 'check the network, then run the same command again')
  fs.writeFileSync(record, digest)
  return executable
}

function run(command, args, remedy) {
  const { status, error } = spawnSync(command, args, { cwd: tests, stdio: ['ignore', 2, 2] })
  if (status !== 0) stop(`${command} ${args.slice(0, 3).join(' ')} failed (${error?.message ?? status}).`, remedy)
}
