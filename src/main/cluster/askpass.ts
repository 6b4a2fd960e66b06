/**
 * Answers what ssh asks (a passphrase, a password, a second factor) from a dialog. ssh starts a program that prints the answer;
 * question and answer pass between it and the studio through two pipes of the file system, so that nothing is written down.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { AppException } from '#shared/basics/result.ts'

export interface Askpass {
  /** What ssh must see. */
  readonly environment: Readonly<Record<string, string>>
  close(): Promise<void>
}

const MOST_QUESTION_CHARACTERS = 4000

/** An answer begins with `+`; a question that is not answered gets `-`, and ssh goes on without. */
const program = `#!/bin/sh
printf '%s' "$1" | tr '\\n' ' ' >"$NERN_ASKPASS/question"
printf '\\n' >"$NERN_ASKPASS/question"
IFS= read -r answer <"$NERN_ASKPASS/answer" || exit 1
case $answer in +*) printf '%s\\n' "\${answer#+}" ;; *) exit 1 ;; esac
`

/** @param folder one that nobody else may look into */
export async function openAskpass(
  folder: string,
  ask: (question: string) => Promise<string | undefined>,
): Promise<Askpass> {
  const own = mkdtempSync(join(folder, 'ask-'))
  const path = join(own, 'askpass')
  writeFileSync(path, program)
  chmodSync(path, 0o700)
  const pipes = ['question', 'answer'].map((name) => join(own, name))
  const made = spawnSync('mkfifo', ['-m', '600', ...pipes])
  if (made.status !== 0) {
    throw new AppException({
      code: 'cluster-password-wanted',
      message: 'This system gives no way to answer ssh from a dialog.',
      remedy: 'Add your key to the ssh agent (ssh-add), or log in once in a terminal with a shared connection.',
    })
  }
  // Opened for both directions a pipe neither waits for its other side nor ends when that goes.
  const [question = -1, answer = -1] = pipes.map((pipe) => openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK))
  const socket = new Socket({ fd: question, readable: true, writable: false })
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-MOST_QUESTION_CHARACTERS)
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) {
      void ask(line.trim()).then((said) => {
        writeSync(answer, said === undefined ? '-\n' : `+${said.replaceAll('\n', '')}\n`)
      })
    }
  })
  return {
    environment: {
      SSH_ASKPASS: path,
      SSH_ASKPASS_REQUIRE: 'force',
      NERN_ASKPASS: own,
      DISPLAY: process.env['DISPLAY'] ?? 'none',
    },
    close: () =>
      new Promise((resolve) => {
        socket.once('close', () => {
          closeSync(answer)
          rmSync(own, { recursive: true, force: true })
          resolve()
        })
        socket.destroy()
      }),
  }
}
