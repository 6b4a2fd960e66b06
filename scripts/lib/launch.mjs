/** Opening the studio from the checkout. */
import process from 'node:process'
import { root } from './environment.mjs'
import { withDisplay } from './display.mjs'
import { runForeground } from './run.mjs'

/** Chromium refuses its sandbox to root, and only to root. */
export function sandboxArguments() {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : []
}

/**
 * Builds nothing: runs the built studio with these arguments until it ends; resolves to its exit code.
 * @param {Awaited<ReturnType<import('./bootstrap.mjs').bootstrapElectron>>} provided
 */
export function launchStudio(provided, args) {
  const { electron, hasDisplay } = provided
  // On a virtual screen there is no graphics driver, so everything is drawn in software: Chromium needs not try. Nor is
  // there a session bus, of which it complains at length.
  const virtual = hasDisplay ? [] : ['--disable-gpu', '--log-level=3']
  return withDisplay(provided, (env) =>
    runForeground(electron.executable, [...sandboxArguments(), ...virtual, root, ...args], { env, cwd: process.cwd() }),
  )
}
