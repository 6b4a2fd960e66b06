/** Starting what a script is there to start. Built-in modules only. */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { root, stop } from './environment.mjs'

/**
 * Runs a command in the foreground and resolves to its exit code (128 + number when a signal ended it, as shells do).
 * Ctrl-C reaches the child from the terminal; it decides when to end, and so do we. `onOutput` also gets what the child
 * writes to stdout.
 */
export function runForeground(command, args, { onOutput, ...options } = {}) {
  return new Promise((resolve) => {
    const stdio = onOutput === undefined ? 'inherit' : ['inherit', 'pipe', 'inherit']
    const child = spawn(command, args, { cwd: root, stdio, ...options })
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      process.stdout.write(text)
      onOutput(text)
    })
    const ignore = () => undefined
    const forward = (signal) => child.kill(signal)
    process.on('SIGINT', ignore)
    process.on('SIGTERM', forward)
    process.on('SIGHUP', forward)
    child.once('error', (cause) => stop(`could not start ${command}: ${cause.message}`))
    child.once('close', (code, signal) => {
      process.off('SIGINT', ignore)
      process.off('SIGTERM', forward)
      process.off('SIGHUP', forward)
      resolve(code ?? 128 + (signalNumbers[signal] ?? 0))
    })
  })
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 }
