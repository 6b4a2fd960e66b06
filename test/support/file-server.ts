import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface FileServer {
  /** Of the one file. */
  readonly url: string
  /** The Range header of every request so far; empty where there was none. */
  readonly ranges: readonly string[]
  /** Bytes of bodies sent so far. */
  sentBytes(): number
  /** Ends every connection in the middle. */
  cut(): void
}

export interface ServerBehaviour {
  /** Sends so many bytes of each answer, then nothing more. */
  readonly silentAfter?: number
  /** Of how many answers that holds; by default of all. */
  readonly silentAnswers?: number
  /** Gives all of the file, whatever was asked. */
  readonly ignoresRanges?: boolean
  readonly status?: number
  /** Announced instead of the true length. */
  readonly announced?: number
}

/** A real HTTP server on this machine with one file, for as long as the test runs. */
export async function serveFile(content: Uint8Array, behaviour: ServerBehaviour = {}): Promise<FileServer> {
  const ranges: string[] = []
  let sent = 0
  const server = createServer((request, response) => {
    ranges.push(request.headers.range ?? '')
    sent += answer(content, behaviour, ranges.length, request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // It listens on a port, so it has an address.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/archive.tar.gz`,
    ranges,
    sentBytes: () => sent,
    cut: () => server.closeAllConnections(),
  }
}

/** A URL of this machine at which nobody listens. */
export async function unansweredUrl(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}/archive.tar.gz`
}

function answer(
  content: Uint8Array,
  behaviour: ServerBehaviour,
  count: number,
  request: IncomingMessage,
  response: ServerResponse,
): number {
  const { silentAfter, silentAnswers = Infinity, ignoresRanges = false, status, announced } = behaviour
  if (status !== undefined) {
    response.writeHead(status).end()
    return 0
  }
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]
  const start = asked === undefined || ignoresRanges ? 0 : Number(asked)
  if (start >= content.byteLength && start > 0) {
    response.writeHead(416, { 'content-range': `bytes */${content.byteLength}` }).end()
    return 0
  }
  const body = content.subarray(start)
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': announced ?? body.byteLength,
    ...(start > 0 ? { 'content-range': `bytes ${start}-${content.byteLength - 1}/${content.byteLength}` } : {}),
  })
  const part = body.subarray(0, count <= silentAnswers ? silentAfter : undefined)
  if (part.byteLength === body.byteLength) response.end(part)
  else response.write(part)
  return part.byteLength
}
