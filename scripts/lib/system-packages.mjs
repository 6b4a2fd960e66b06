/** Debian packages that Electron and the tests need: installed for root, named for everybody else. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import process from 'node:process'
import { hasCommand, say, stop } from './environment.mjs'

/** Alternatives in one entry: newer Debian and Ubuntu releases have renamed some (time64). */
const libraries = [
  ['libgtk-3-0', 'libgtk-3-0t64'],
  ['libnss3'],
  ['libasound2', 'libasound2t64'],
  ['libgbm1'],
  ['libxss1'],
  ['libxtst6'],
  ['libatk-bridge2.0-0', 'libatk-bridge2.0-0t64'],
  ['libdrm2'],
  ['libxkbcommon0'],
  ['libnotify4'],
  ['libsecret-1-0'],
]
const display = [['xvfb']]
/** To unpack the fallback Electron and to compile better-sqlite3 for it. */
const fallback = [['unzip'], ['python3'], ['make'], ['g++']]
/** What tests compare with: they run /usr/bin/python3 unless NERN_PYTHON names another. */
const pythonModules = [['python3-numpy'], ['python3-scipy'], ['python3-torch'], ['python3-pil']]
/** With which the injector of faults is built. */
const compiler = [['gcc'], ['libc6-dev']]
/** The bus on which a test receives notifications; older releases have it in one package with the system's. */
const bus = [['dbus-daemon', 'dbus']]
/** A cluster of one machine, which tests start in a folder of their own. */
const cluster = [['slurmctld'], ['slurmd'], ['slurm-client'], ['munge'], ['openssh-server'], ['openssh-client']]

/**
 * Sees to the system packages. `needsDisplay`: a virtual screen is needed because there is none; `isFallback`: the
 * fallback Electron will be made. Where there is no dpkg nothing is checked: Electron itself names a missing library.
 */
export function installSystemPackages({ needsDisplay, isFallback }) {
  if (process.platform !== 'linux') return
  if (!hasCommand('dpkg-query')) {
    if (needsDisplay && !hasCommand('Xvfb')) {
      stop('there is no display and no Xvfb.', 'install Xvfb (xorg-x11-server-Xvfb, xorg-server-xvfb ...)')
    }
    return
  }
  installMissing([...libraries, ...(needsDisplay ? display : []), ...(isFallback ? fallback : [])])
}

/** Sees to the Python modules that tests compare with, to a C compiler and to a bus, for where none of those tests may be skipped. */
export function installPythonModules() {
  if (!hasCommand('dpkg-query')) return
  installMissing([...(process.env['NERN_PYTHON'] === undefined ? pythonModules : []), ...compiler, ...bus])
}

/** Sees to Slurm and an ssh server, for where no test of clusters may be skipped. No service of them is started. */
export function installSlurm() {
  if (process.platform !== 'linux' || !hasCommand('dpkg-query')) return
  const policy = '/usr/sbin/policy-rc.d'
  const isOurs = process.getuid?.() === 0 && !fs.existsSync(policy)
  if (isOurs) fs.writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    installMissing(cluster)
  } finally {
    if (isOurs) fs.rmSync(policy)
  }
}

/** Packages, each with its alternatives: installed for root, named for everybody else. */
function installMissing(wanted) {
  const installed = installedPackages(wanted.flat())
  const missing = wanted.filter((alternatives) => !alternatives.some((name) => installed.has(name)))
  if (missing.length === 0) return
  const isRoot = process.getuid?.() === 0
  if (!isRoot) {
    const names = missing.map(([name]) => name).join(' ')
    stop(`system packages are missing: ${names}.`, `sudo apt-get install -y --no-install-recommends ${names}`)
  }
  say(`Installing system packages: ${missing.map(([name]) => name).join(' ')} ...`)
  // The lists may be absent or old: without them apt-get knows neither names nor addresses.
  apt(['update', '-qq'])
  const names = missing.map((alternatives) => alternatives.find(isInstallable) ?? alternatives[0])
  if (apt(['install', '-y', '-qq', '--no-install-recommends', ...names]) !== 0) {
    stop('apt-get failed (its messages stand above).', `apt-get install -y --no-install-recommends ${names.join(' ')}`)
  }
}

function installedPackages(names) {
  const query = spawnSync('dpkg-query', ['-W', '-f=${Package} ${db:Status-Status}\n', ...names], { encoding: 'utf8' })
  const lines = query.stdout.split('\n').filter((line) => line.endsWith(' installed'))
  return new Set(lines.map((line) => line.slice(0, line.indexOf(' '))))
}

function isInstallable(name) {
  const policy = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
  return /Candidate: (?!\(none\))/.test(policy.stdout)
}

function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env }).status
}
