/**
 * Electron's `default_app` for the fallback dist: runs the app named on the command line, as `electron path/to/app` does.
 *
 * An ES module that awaits the app's own main module, so that Electron does not become ready before that has run.
 */
import { existsSync, readFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import path from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'

/** What stands between the executable and the app: `-r module` (Playwright uses it), `--version`, switches. */
function readArguments(args) {
  const preloads = []
  for (let index = 0; index < args.length; index++) {
    const argument = args[index]
    if (argument === '-r' || argument === '--require') preloads.push(args[++index])
    else if (argument === '-v' || argument === '--version') return { preloads, isVersion: true }
    else if (!argument.startsWith('-')) return { preloads, target: path.resolve(argument) }
  }
  return { preloads }
}

/** Gives the process the name and version of the app it runs, before that app asks. */
function adopt(manifestPath) {
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'))
  if (manifest.version) app.setVersion(manifest.version)
  if (manifest.productName ?? manifest.name) app.setName(manifest.productName ?? manifest.name)
  if (manifest.desktopName) app.setDesktopName(manifest.desktopName)
}

const { preloads, isVersion, target } = readArguments(process.argv.slice(1))
if (isVersion) {
  process.stdout.write(`v${process.versions.electron}\n`)
  process.exit(0)
}
if (target === undefined) {
  process.stderr.write('usage: electron [switches] path/to/app\n')
  process.exit(2)
}
const require = createRequire(import.meta.url)
try {
  for (const preload of preloads) require(path.resolve(preload))
  // What tells an app that it runs from a checkout and not from a package.
  Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true })
  const manifestPath = path.join(target, 'package.json')
  const hasManifest = existsSync(manifestPath)
  if (hasManifest) adopt(manifestPath)
  const main = Module._resolveFilename(target, null, true)
  app.setAppPath(hasManifest ? target : path.dirname(main))
  await import(pathToFileURL(main).href)
} catch (cause) {
  process.stderr.write(`${cause instanceof Error ? cause.stack : String(cause)}\n`)
  process.exit(1)
}
