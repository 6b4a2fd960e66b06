/** The check of a cluster, and what is said when one cannot be reached, on a real Slurm behind a real sshd. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkCluster } from '#main/cluster/check.ts'
import { Ssh } from '#main/cluster/ssh.ts'
import { toAppError } from '#shared/basics/result.ts'
import type { CheckStep } from '#shared/cluster/check-step.ts'
import { defaultResources, type ClusterConfig } from '#shared/cluster/cluster-config.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import { Slurm, whyNoSlurm } from './slurm.ts'

const skipped = whyNoSlurm()

describe.skipIf(skipped !== undefined)(`a Slurm cluster${skipped === undefined ? '' : ` (${skipped})`}`, () => {
  let slurm: Slurm
  let ssh: Ssh
  const config = (changes: Partial<ClusterConfig> = {}): ClusterConfig => ({
    name: 'test',
    host: 'cluster',
    folder: join(slurm.shared, `it's a "folder" $HOME; exit`),
    ...defaultResources,
    cpus: 1,
    memoryMib: 256,
    ...changes,
  })
  const check = async (changes: Partial<ClusterConfig> = {}): Promise<readonly CheckStep[]> =>
    checkCluster(ssh, config(changes), () => {})

  beforeAll(async () => {
    slurm = await Slurm.start()
    ssh = new Ssh({ host: 'cluster', configPath: slurm.sshConfigPath })
  })
  afterAll(async () => {
    await ssh.close()
    await slurm.stop()
  })

  test('is proved end to end by its check', async () => {
    const told: CheckStep[] = []
    const steps = await checkCluster(ssh, config(), (step) => told.push(step))
    expect(steps.map(({ name, status, detail }) => `${name} ${status} ${detail}`)).toEqual([
      'login ok cluster',
      expect.stringMatching(/^system ok Linux x86_64, glibc 2\.\d+$/),
      expect.stringMatching(/^slurm ok slurm/),
      expect.stringMatching(/^folder ok \/.*it's a "folder" \$HOME; exit, .* free$/),
      expect.stringMatching(/^job ok ran on /),
    ])
    expect(told.filter(({ status }) => status === 'running')).toHaveLength(5)
  })

  test('says which step fails, and what to do', async () => {
    const folder = await check({ folder: '/proc/nern' })
    expect(folder.at(-1)).toMatchObject({ name: 'folder', status: 'failed', remedy: expect.stringContaining('Choose') })
    const partition = await check({ partition: 'nowhere' })
    expect(partition.at(-1)).toMatchObject({
      name: 'job',
      status: 'failed',
      detail: expect.stringContaining('invalid partition'),
    })
  })

  test('prints banners that change no reply, whatever the login shell writes', async () => {
    const parts = await ssh.run(`echo 'Welcome!'\nprintf '\\n@@0 fake 3\\nabc'\npart said "ä"`)
    expect([...parts].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)])).toEqual([['said', 'ä']])
  })

  test('has errors of its own for each reason why it cannot be reached', async () => {
    const folder = temporaryFolder()
    mkdirSync(folder, { recursive: true })
    const configOf = (name: string, lines: string): string => {
      const path = join(folder, name)
      writeFileSync(path, `Host cluster\n${lines}\n`)
      appendFileSync(path, `Include ${slurm.sshConfigPath}\n`)
      return path
    }
    const unknownHosts = join(folder, 'unknown')
    writeFileSync(unknownHosts, '')
    const otherKey = join(folder, 'changed')
    const port = await portOf(slurm)
    writeFileSync(
      otherKey,
      `[127.0.0.1]:${port} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtQUDZWhs8k/cZcykMkaUX7ajh3aPWGcLqdNLi8gHXf\n`,
    )
    const codes = await Promise.all(
      [
        configOf('host-unknown', `UserKnownHostsFile ${unknownHosts}`),
        configOf('host-key', `UserKnownHostsFile ${otherKey}`),
        configOf('name', 'HostName nern.invalid'),
        configOf('port', 'Port 1'),
        configOf('user', 'User nobody-at-all'),
      ].map(async (configPath) => {
        const other = new Ssh({ host: 'cluster', configPath })
        const error = await other.run('part x y').catch(toAppError)
        await other.close()
        return 'code' in error ? error.code : 'reached'
      }),
    )
    expect(codes).toEqual([
      'cluster-host-unknown',
      'cluster-host-key-changed',
      'cluster-name-unknown',
      'cluster-connection-refused',
      'cluster-login-refused',
    ])
  })

  test('asks for the passphrase of a locked key only where somebody connects, and shares that connection', async () => {
    const folder = slurm.sshFolder
    const key = join(folder, 'locked')
    await slurm.run('ssh-keygen', '-q', '-t', 'ed25519', '-N', 'open "sesame"', '-f', key)
    await slurm.run('sh', '-c', `cat ${key}.pub >>${join(folder, 'authorized_keys')}`)
    const configPath = join(folder, 'locked-config')
    writeFileSync(configPath, `Host cluster\n  IdentityFile ${key}\nInclude ${slurm.sshConfigPath}\n`)
    await slurm.run('sed', '-i', '/id_ed25519/d', configPath)
    const withoutOther = join(folder, 'only-locked')
    writeFileSync(
      withoutOther,
      `Host cluster\n  HostName 127.0.0.1\n  Port ${await portOf(slurm)}\n  IdentityFile ${key}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${folder}/known_hosts\n`,
    )
    const locked = new Ssh({ host: 'cluster', configPath: withoutOther })
    try {
      const refused = await locked.run('part x y').catch(toAppError)
      expect(refused).toMatchObject({ code: 'cluster-password-wanted' })
      const questions: string[] = []
      await locked.connect((question) => {
        questions.push(question)
        return Promise.resolve(questions.length === 1 ? 'wrong' : 'open "sesame"')
      })
      expect(questions).toEqual([expect.stringContaining('passphrase'), expect.stringContaining('passphrase')])
      expect([...(await locked.run('part x y')).keys()]).toEqual(['x'])
    } finally {
      await locked.close()
    }
  })
})

async function portOf(slurm: Slurm): Promise<string> {
  return (await slurm.run('awk', '/Port/ { print $2 }', slurm.sshConfigPath)).trim()
}
