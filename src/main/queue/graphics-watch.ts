/** What the graphics card does while a run uses one: NVIDIA's own program says it, where there is one. */
import { spawn } from 'node:child_process'
import { LineReader } from '../trainer-host/line-reader.ts'

/** Of the whole card, whatever program uses it. */
export interface GraphicsReading {
  /** Share of the time in which it worked, in percent. */
  readonly busyPercent?: number
  readonly usedBytes?: number
}

export interface GraphicsWatch {
  stop(): void
}

interface WatchOptions {
  readonly onReading: (reading: GraphicsReading) => void
  /** Told once, as a sentence, where nothing can be read, or nothing more. */
  readonly onNothing: (text: string) => void
  /** Program and arguments; tests have their own. */
  readonly command?: readonly [program: string, ...args: string[]]
}

const everySeconds = 5
/** The first card: the engines take no other. */
const readFirstCard = [
  'nvidia-smi',
  '--id=0',
  '--query-gpu=utilization.gpu,memory.used',
  '--format=csv,noheader,nounits',
  `--loop=${everySeconds}`,
] as const
const bytesPerMebibyte = 2 ** 20

/** Reads on until it is stopped, in a process of its own. */
export function watchGraphics({ onReading, onNothing, command = readFirstCard }: WatchOptions): GraphicsWatch {
  const [program, ...args] = command
  let isOver = false
  const giveUp = (why: string): void => {
    if (!isOver) onNothing(`What the graphics card does cannot be read: ${why}.`)
    isOver = true
  }
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true })
  const lines = new LineReader((line) => {
    const reading = readGraphicsLine(line)
    if (isOver) return
    if (reading !== undefined) return onReading(reading)
    giveUp(`${program} says "${line.trim().slice(0, 200)}"`)
    child.kill()
  })
  child.stdout.on('data', (chunk: Buffer) => lines.push(chunk)).on('end', () => lines.end())
  child.once('error', () => giveUp(`there is no ${program} that can be started`))
  child.once('exit', (code) => giveUp(`${program} ended${code === null ? '' : ` with status ${code}`}`))
  return {
    stop() {
      isOver = true
      child.kill()
    },
  }
}

/**
 * A line of two numbers, percent and MiB: `37, 1024`. A card that does not count one of them has a word in brackets in its
 * place. Undefined for anything else.
 */
export function readGraphicsLine(line: string): GraphicsReading | undefined {
  const parts = line.split(',').map((part) => part.trim())
  if (parts.length !== 2 || !parts.every((part) => /^(\d+(\.\d+)?|\[[^\]]+\])$/.test(part))) return undefined
  const [percent = NaN, mebibytes = NaN] = parts.map((part) => (part.startsWith('[') ? NaN : Number(part)))
  if (percent > 100) return undefined
  return {
    ...(Number.isNaN(percent) ? {} : { busyPercent: percent }),
    ...(Number.isNaN(mebibytes) ? {} : { usedBytes: mebibytes * bytesPerMebibyte }),
  }
}
