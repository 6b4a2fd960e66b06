/** The folder of a studio on a cluster: what lies there by its content, and how it gets there. */
import { AppException } from '#shared/basics/result.ts'
import { shellFolder, shellWord } from '#shared/cluster/shell-words.ts'
import { textsOf } from './reply-frames.ts'
import type { PackedArchive } from './archive-cache.ts'
import type { PackedRuntimes } from './runtime.ts'
import type { Ssh } from './ssh.ts'
import { Upload, type RemoteObject } from './upload.ts'

export interface FoundThere {
  /** Absolute, without symbolic links. */
  readonly root: string
  readonly objects: ReadonlySet<string>
  /** Uploads that were interrupted. */
  readonly parts: ReadonlySet<string>
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
  if [ -f "objects/$name" ]; then touch -c "objects/$name"; echo "$name"; fi
  [ ! -f "${this.#partOf('$name')}" ] || echo "$name begun"
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
      objects: new Set(lines.flatMap(([name = '', begun]) => (begun === undefined ? [name] : []))),
      parts: new Set(lines.flatMap(([name = '', begun]) => (begun === undefined ? [] : [name]))),
      hasRuntime: marks.includes(completeMark(runtimeFolder(runtime))),
      hasProgram: marks.includes(completeMark(programFolder(runtime, program))),
    }
  }

  /** Goes on where an earlier upload ended. Throws as `Upload`. */
  upload(root: string, object: RemoteObject, isBegun: boolean, onSent: (bytes: number) => void): Promise<void> {
    return new Upload(this.#ssh, root, this.#partOf(object.sha256), object).run(isBegun, onSent)
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

  /** Each studio writes one of its own: two may send the same content at the same time. */
  #partOf(sha256: string): string {
    return `objects/.${sha256}.${this.#studio}.part`
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

export function runtimeFolder({ id }: PackedArchive): string {
  return `runtimes/${id}`
}

/** Inside of the runtime: Node looks upwards for packages. */
export function programFolder(runtime: PackedArchive, { id }: PackedArchive): string {
  return `${runtimeFolder(runtime)}/programs/${id}`
}

function completeMark(folder: string): string {
  return `${folder}/.complete`
}
