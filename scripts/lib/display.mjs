/** A screen for programs that need one: the user's, or a virtual one while `use` runs. Built-in modules only. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stop } from './environment.mjs'

const START_MS = 20_000

/**
 * Calls `use` with an environment that has a display and resolves to its result. `hasDisplay`: `env` has one already.
 * @template T
 * @param {{ env: NodeJS.ProcessEnv, hasDisplay: boolean }} screen
 * @param {(env: NodeJS.ProcessEnv) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withDisplay({ env, hasDisplay }, use) {
  if (hasDisplay) return use(env)
  // The server picks a free number and writes it to file descriptor 3 when it is ready. Without -noreset it starts anew
  // when its last program has gone, and a program that comes in that moment finds no screen.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1680x1050x24', '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    // Ctrl-C is for the program on the screen: it must not lose the screen first.
    detached: true,
  })
  try {
    const number = await displayNumber(server)
    return await use({ ...env, DISPLAY: `:${number}` })
  } finally {
    if (server.exitCode === null && server.kill()) await once(server, 'exit')
  }
}

async function displayNumber(server) {
  const timer = setTimeout(() => server.kill('SIGKILL'), START_MS)
  server.once('error', (cause) => stop(`Xvfb could not be started: ${cause.message}`))
  let written = ''
  for await (const text of server.stdio[3].setEncoding('utf8')) {
    written += text
    if (written.endsWith('\n')) break
  }
  clearTimeout(timer)
  const number = written.trim()
  return /^\d+$/.test(number) ? number : stop('Xvfb ended before its display was ready.')
}
