/**
 * The system's own ssh: the user's configuration, keys, agent and jump hosts. All calls share one connection. What is sent to
 * the other side is always the same command, `sh -s`, whatever shell the user has there; the script comes on standard input.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectionError } from '#shared/cluster/connection-errors.ts'
import { framingFunctions, readReplyParts, type ReplyPart } from './reply-frames.ts'
import { AppException } from '#shared/basics/result.ts'
import { openAskpass, type Askpass } from './askpass.ts'
import { hasLockedKey } from './locked-keys.ts'

/** A socket's path has at most 108 bytes, of which ssh takes 58 for a digest and a suffix of its own. */
const LONGEST_FOLDER = 49
const defaultTimeoutMs = 60_000
/** More than any reply that the studio asks for. */
const MOST_REPLY_BYTES = 128 * 2 ** 20
const MOST_ERROR_CHARACTERS = 8000

/**
 * Constant, and read alike by every login shell: the name of a file and where its bytes belong come as lines before them. They are
 * put at their place, not behind what is there: a call that was cut may still be writing when the next one sends the same again.
 */
const writeCommand = `sh -c 'IFS= read -r path && IFS= read -r at && exec dd of="$path" bs=65536 seek="$at" oflag=seek_bytes conv=notrunc status=none'`

export interface SshOptions {
  readonly host: string
  /** Instead of ~/.ssh/config, for tests. */
  readonly configPath?: string
}

interface Call {
  readonly command: string
  readonly input: Uint8Array | string
  readonly timeoutMs?: number
  readonly onSent?: (bytes: number) => void
}

interface CallEnd {
  readonly code: number | undefined
  readonly stdout: Buffer
  readonly stderr: string
}

export class Ssh {
  readonly #options: SshOptions
  /** Holds the socket that the calls share; nobody else may look into it. */
  #folder: Promise<string> | undefined

  constructor(options: SshOptions) {
    this.#options = options
  }

  /**
   * Runs a script there and returns its parts by name. The script is read whole before any of it runs, and sees no standard
   * input. Throws a connection error, and `cluster-reply` where the connection held but the reply is torn.
   */
  async run(script: string, timeoutMs = defaultTimeoutMs): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
    return new Map((await this.#parts(script, timeoutMs)).map(({ name, bytes }) => [name, bytes]))
  }

  async #parts(script: string, timeoutMs: number): Promise<readonly ReplyPart[]> {
    const nonce = randomBytes(12).toString('hex')
    const whole = `LC_ALL=C; export LC_ALL\nnonce=${nonce}\n${framingFunctions(nonce)}main() {\n${script}\n}\nmain </dev/null\nparts_end\n`
    const end = await this.#call({ command: 'sh -s', input: whole, timeoutMs })
    const parts = readReplyParts(end.stdout, nonce)
    if (parts !== undefined) return parts
    await this.#assertConnected(end)
    const said = end.stderr.trim().split('\n').at(-1) ?? ''
    throw new AppException({
      code: 'cluster-reply',
      message: `${this.#options.host} answered with something that cannot be read${said === '' ? '' : ` (${said})`}.`,
      where: this.#options.host,
      remedy: 'Try again; if it stays so, check the cluster (it says what is missing there).',
    })
  }

  /**
   * Writes bytes into a file there, whose path is absolute, from an offset on. Throws a connection error, and `cluster-folder` where
   * it cannot be written.
   */
  async write(path: string, at: number, bytes: Uint8Array, onSent: (bytes: number) => void): Promise<void> {
    const input = Buffer.concat([Buffer.from(`${path}\n${at}\n`), bytes])
    const timeoutMs = defaultTimeoutMs + bytes.byteLength / 20
    const end = await this.#call({ command: writeCommand, input, timeoutMs, onSent })
    if (end.code === 0) return
    await this.#assertConnected(end)
    throw new AppException({
      code: 'cluster-folder',
      message: `A file could not be written on ${this.#options.host} (${end.stderr.trim().split('\n').at(-1) ?? ''}).`,
      where: path,
      remedy: 'Check there that the folder exists, that you may write to it, and its quota.',
    })
  }

  /** Opens the shared connection and answers what ssh asks through `ask`. Throws a connection error. */
  async connect(ask: (question: string) => Promise<string | undefined>): Promise<void> {
    const askpass = await openAskpass(await this.#socketFolder(), ask)
    try {
      const end = await this.#call({ command: 'sh -s', input: 'exit 0\n', timeoutMs: 300_000 }, askpass)
      if (end.code !== 0) throw new AppException(connectionError(this.#options.host, end.stderr))
    } finally {
      await askpass.close()
    }
  }

  async close(): Promise<void> {
    if (this.#folder === undefined) return
    const folder = await this.#folder
    await this.#endShared()
    await rm(folder, { recursive: true, force: true })
    this.#folder = undefined
  }

  #socketFolder(): Promise<string> {
    const base = tmpdir().length > LONGEST_FOLDER - 12 ? '/tmp' : tmpdir()
    // `mkdtemp` makes it readable for its owner alone.
    this.#folder ??= mkdtemp(join(base, 'nern-'))
    return this.#folder
  }

  async #arguments(isAsking: boolean): Promise<string[]> {
    const { configPath } = this.#options
    const settings = [
      `BatchMode=${isAsking ? 'no' : 'yes'}`,
      // Windows' ssh shares no connections.
      ...(process.platform === 'win32' ? [] : sharing(await this.#socketFolder())),
      'ServerAliveInterval=10',
      'ServerAliveCountMax=3',
      'ConnectTimeout=20',
      // What the user's configuration may ask for in terminals has no place here.
      'RequestTTY=no',
      'RemoteCommand=none',
      'ClearAllForwardings=yes',
      'ForwardX11=no',
      'ForwardAgent=no',
      'LogLevel=ERROR',
    ]
    return [...(configPath === undefined ? [] : ['-F', configPath]), ...settings.flatMap((setting) => ['-o', setting])]
  }

  async #call({ command, input, timeoutMs = defaultTimeoutMs, onSent }: Call, askpass?: Askpass): Promise<CallEnd> {
    const options = await this.#arguments(askpass !== undefined)
    const end = await startSsh([...options, '--', this.#options.host, command], input, {
      timeoutMs,
      ...(onSent === undefined ? {} : { onSent }),
      env: { ...process.env, ...askpass?.environment },
    })
    if (!end.isTimedOut) return end
    // The connection may hang with the network: the next call opens a new one.
    await this.#endShared()
    throw new AppException(connectionError(this.#options.host, 'the call timed out'))
  }

  async #endShared(): Promise<void> {
    if (process.platform === 'win32' || this.#folder === undefined) return
    const options = await this.#arguments(false)
    await startSsh([...options, '-O', 'exit', '--', this.#options.host], '', { timeoutMs: 5000, env: process.env })
  }

  /** ssh ends with 255 when it is the connection that failed. */
  async #assertConnected({ code, stderr }: CallEnd): Promise<void> {
    if (code !== 255 && code !== undefined) return
    const { host, configPath } = this.#options
    const error = connectionError(host, stderr)
    if (error.code === 'cluster-login-refused' && (await hasLockedKey(host, configPath))) {
      throw new AppException(connectionError(host, `${stderr}\nyour key is locked`))
    }
    throw new AppException(error)
  }
}

function sharing(folder: string): readonly string[] {
  return ['ControlMaster=auto', `ControlPath=${folder}/%C`, 'ControlPersist=15m']
}

interface SshRun {
  readonly timeoutMs: number
  readonly env: NodeJS.ProcessEnv
  readonly onSent?: (bytes: number) => void
}

const SENT_PIECE = 256 * 1024

function startSsh(
  args: readonly string[],
  input: Uint8Array | string,
  run: SshRun,
): Promise<CallEnd & { isTimedOut: boolean }> {
  return new Promise((resolve) => {
    const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'], env: run.env, windowsHide: true })
    const chunks: Buffer[] = []
    let received = 0
    let stderr = ''
    let isTimedOut = false
    let code: number | undefined
    const timer = setTimeout(() => {
      isTimedOut = true
      child.kill('SIGKILL')
    }, run.timeoutMs)
    let isOver = false
    const finish = (): void => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      child.stdout.destroy()
      child.stderr.destroy()
      resolve({ code, stdout: Buffer.concat(chunks), stderr, isTimedOut })
    }
    child.stdout.on('data', (chunk: Buffer) => {
      received += chunk.byteLength
      if (received > MOST_REPLY_BYTES) child.kill('SIGKILL')
      else chunks.push(chunk)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-MOST_ERROR_CHARACTERS)
    })
    child.once('error', (error) => {
      stderr = `ssh could not be started: ${error.message}`
      finish()
    })
    // The process of the shared connection lives on and may hold the error output open: `close` would wait for its end.
    child.once('exit', (exitCode) => {
      code = exitCode ?? undefined
      setTimeout(finish, 1000)
    })
    child.once('close', finish)
    // A connection that ends while we write is reported by the exit.
    child.stdin.on('error', () => {})
    void send(child.stdin, Buffer.from(input), run.onSent)
  })
}

async function send(
  stdin: NodeJS.WritableStream,
  bytes: Buffer,
  onSent: ((bytes: number) => void) | undefined,
): Promise<void> {
  for (let at = 0; at < bytes.byteLength; at += SENT_PIECE) {
    const piece = bytes.subarray(at, at + SENT_PIECE)
    await new Promise<void>((resolve) => stdin.write(piece, () => resolve()))
    onSent?.(piece.byteLength)
  }
  stdin.end()
}
