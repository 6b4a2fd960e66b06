/** Answers one request that comes on standard input: the answer goes out as a part of a reply, compressed. */
import { gzipSync } from 'node:zlib'
import { assertNever, toAppError, type Result } from '#shared/basics/result.ts'
import { remoteRequestSchema, type RemoteRequest } from '#shared/cluster/requests.ts'
import { poll } from './poll.ts'
import { readPart } from './read-part.ts'
import { stop, tellCheckpoint } from './stop.ts'
import { submit } from './submit.ts'
import { removePaths, unused, type OwnProgram } from './unused.ts'

interface Answer {
  readonly value: unknown
  /** Sent as they are, behind the answer. */
  readonly bytes?: Uint8Array
}

export async function answer(nonce: string, root: string, own: OwnProgram): Promise<void> {
  const result = await resultOf(root, own)
  const told = result.ok ? { ok: true, value: result.value.value } : result
  await send(nonce, 'answer', gzipSync(JSON.stringify(told), { level: 1 }))
  if (result.ok && result.value.bytes !== undefined) await send(nonce, 'bytes', result.value.bytes)
}

async function resultOf(root: string, own: OwnProgram): Promise<Result<Answer>> {
  try {
    const request = remoteRequestSchema.parse(JSON.parse(await standardInput()))
    return { ok: true, value: await answerTo(request, root, own) }
  } catch (thrown) {
    return { ok: false, error: toAppError(thrown) }
  }
}

async function answerTo(request: RemoteRequest, root: string, own: OwnProgram): Promise<Answer> {
  switch (request.kind) {
    case 'submit':
      return { value: submit(root, own.runtime, request) }
    case 'poll':
      return { value: poll(root, request) }
    case 'read':
      return readPart(root, request)
    case 'stop':
      return { value: stop(root, request) }
    case 'checkpoint':
      return { value: tellCheckpoint(request) }
    case 'unused':
      return { value: await unused(root, own, request) }
    case 'remove':
      return { value: await removePaths(root, own, request) }
    default:
      return assertNever(request)
  }
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

/** Whatever is the other side of standard output, all of it is sent before this resolves. */
async function send(nonce: string, name: string, bytes: Uint8Array): Promise<void> {
  const head = Buffer.from(`\n@@${nonce} ${name} ${bytes.byteLength}\n`)
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(Buffer.concat([head, bytes]), (error) => (error ? reject(error) : resolve()))
  })
}
