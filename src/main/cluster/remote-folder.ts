/** The folder of a studio on a cluster: what lies there by its content, and how it gets there. */
import { open } from 'node:fs/promises'
import { AppException } from '#shared/basics/result.ts'
import { shellFolder, shellWord } from '#shared/cluster/shell-words.ts'
import type { PackedRuntime, PackedRuntimes } from './runtime.ts'
import type { Ssh } from './ssh.ts'

/** A piece of an upload; what was sent before a connection ended need not be sent again. */
const PIECE_BYTES = 16 * 2 ** 20

/** Bytes that are named by their SHA-256. */
export interface RemoteObject {
  readonly sha256: string
  readonly sizeBytes: number
  /** A file here, or the bytes. */
  readonly source: string | Uint8Array
}

export interface FoundThere {
  /** Absolute, without symbolic links. */
  readonly root: string
  readonly objects: ReadonlySet<string>
  /** Bytes of uploads that were interrupted. */
  readonly parts: ReadonlyMap<string, number>
  readonly hasRuntime: boolean
  readonly hasProgram: boolean
}

export class RemoteFolder {
  readonly #ssh: Ssh
  readonly #folder: string
  readonly #studio: string

  /** @param studio tells its unfinished uploads from those of others */
  constructor(ssh: Ssh, folder: string, studio: string) {
    this.#ssh = ssh
    this.#folder = folder
    this.#studio = studio
  }

  /** Makes the folder where it is missing. Throws `cluster-folder`, or a connection error. */
  async look(sha256s: readonly string[], { runtime, program }: PackedRuntimes): Promise<FoundThere> {
    const parts = await this.#ssh.run(`
folder=${shellFolder(this.#folder)}
said=$( { mkdir -p -- "$folder" && cd -- "$folder" && mkdir -p objects datasets runtimes batches runs pins; } 2>&1 )
cd -- "$folder" || { part trouble "$said"; return; }
[ -z "$said" ] || { part trouble "$said"; return; }
part root "$(pwd -P)"
part objects "$(for name in ${sha256s.join(' ')}; do
  [ ! -f "objects/$name" ] || echo "$name"
  [ ! -f "objects/.$name.${this.#studio}.part" ] || echo "$name $(wc -c <"objects/.$name.${this.#studio}.part")"
done)"
part runtime "$(ls -d ${completeMark(runtimeFolder(runtime))} ${completeMark(programFolder(runtime, program))} 2>/dev/null)"
`)
    const text = textsOf(parts)
    const root = text.get('root') ?? ''
    if (!root.startsWith('/')) throw this.#unusable(text.get('trouble') ?? '')
    const lines = (text.get('objects') ?? '').split('\n').map((line) => line.trim().split(/\s+/))
    const marks = (text.get('runtime') ?? '').split('\n')
    return {
      root,
      objects: new Set(lines.flatMap(([name = '', size]) => (size === undefined ? [name] : []))),
      parts: new Map(lines.flatMap(([name = '', size]) => (size === undefined ? [] : [[name, Number(size)] as const]))),
      hasRuntime: marks.includes(completeMark(runtimeFolder(runtime))),
      hasProgram: marks.includes(completeMark(programFolder(runtime, program))),
    }
  }

  /** Goes on where an earlier upload ended, and compares the digest there. Throws as `Ssh.append`. */
  async upload(root: string, object: RemoteObject, sentBefore: number, onSent: (bytes: number) => void): Promise<void> {
    const part = `objects/.${object.sha256}.${this.#studio}.part`
    if (sentBefore > object.sizeBytes) sentBefore = 0
    if (sentBefore === 0) await this.#ssh.run(`rm -f -- ${shellWord(`${root}/${part}`)}`)
    onSent(sentBefore)
    for await (const piece of pieces(object, sentBefore)) await this.#ssh.append(`${root}/${part}`, piece, onSent)
    const answer = await this.#ssh.run(`
cd -- ${shellWord(root)} || return
[ -f ${part} ] || : >${part}
found=$(sha256sum <${part} | cut -d ' ' -f 1)
if [ "$found" = ${object.sha256} ]; then mv -f ${part} objects/${object.sha256}; else rm -f ${part}; fi
part found "$found"
`)
    if (textsOf(answer).get('found') === object.sha256) return
    throw new AppException({
      code: 'cluster-folder',
      message: 'A file arrived damaged on the cluster.',
      where: `${root}/objects/${object.sha256}`,
      remedy: 'Try again; check the quota of the folder if it stays so.',
    })
  }

  /** Unpacks both archives where they are missing. */
  async unpack(root: string, { runtime, program }: PackedRuntimes): Promise<void> {
    for (const [packed, target] of [
      [runtime, runtimeFolder(runtime)],
      [program, programFolder(runtime, program)],
    ] as const) {
      const folder = target.slice(0, target.lastIndexOf('/'))
      const answer = await this.#ssh.run(
        `
cd -- ${shellWord(root)} || return
if [ ! -f ${completeMark(target)} ]; then
  mkdir -p ${folder}
  new=${folder}/.${packed.id}.$$
  said=$( { mkdir "$new" && tar -xzf objects/${packed.sha256} -C "$new" && : >"$new/.complete" && mv -T "$new" ${target}; } 2>&1 )
  rm -rf -- "$new"
  [ -f ${completeMark(target)} ] || part trouble "$said"
fi
[ ! -f ${completeMark(target)} ] || rm -f objects/${packed.sha256}
`,
        300_000,
      )
      const trouble = textsOf(answer).get('trouble')
      if (trouble !== undefined) throw this.#unusable(trouble)
    }
  }

  #unusable(said: string): AppException {
    return new AppException({
      code: 'cluster-folder',
      message: `The folder on the cluster cannot be used${said === '' ? '' : `: ${said.replace(/\.$/, '')}`}.`,
      where: this.#folder,
      remedy:
        'Check that you may write there and have room (quota), or choose another folder in the settings of the cluster.',
    })
  }
}

export function runtimeFolder({ id }: PackedRuntime): string {
  return `runtimes/${id}`
}

/** Inside of the runtime: Node looks upwards for packages. */
export function programFolder(runtime: PackedRuntime, { id }: PackedRuntime): string {
  return `${runtimeFolder(runtime)}/programs/${id}`
}

function completeMark(folder: string): string {
  return `${folder}/.complete`
}

export function textsOf(parts: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, string> {
  const decoder = new TextDecoder()
  return new Map([...parts].map(([name, bytes]) => [name, decoder.decode(bytes).trim()]))
}

async function* pieces({ source }: RemoteObject, from: number): AsyncGenerator<Uint8Array> {
  if (typeof source !== 'string') {
    for (let at = from; at < source.byteLength; at += PIECE_BYTES) yield source.subarray(at, at + PIECE_BYTES)
    return
  }
  const file = await open(source, 'r')
  try {
    for (let at = from; ;) {
      const piece = Buffer.alloc(PIECE_BYTES)
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, at)
      if (bytesRead === 0) return
      yield piece.subarray(0, bytesRead)
      at += bytesRead
    }
  } finally {
    await file.close()
  }
}
