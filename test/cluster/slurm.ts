/**
 * A real Slurm cluster of three nodes and a login node on this machine, all of it in one folder: munge, slurmctld, three slurmd
 * and an sshd of their own, on loopback, as any user. Nothing of the machine's own Slurm or ssh is touched.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { hostname, tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { childProcesses } from '#test/support/child-processes.ts'

const programs = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'sshd', 'ssh', 'ssh-keygen']
const searchPath = [process.env['PATH'] ?? '', '/usr/sbin', '/sbin'].join(delimiter)

/** Why tests that need Slurm are skipped here; undefined where they run. Where a change is decided about none may be. */
export function whyNoSlurm(): string | undefined {
  const missing = programs.filter((name) => find(name) === undefined)
  if (missing.length === 0 || process.env['CI'] !== undefined) return undefined
  return `${missing.join(', ')} not installed`
}

function find(program: string): string | undefined {
  return searchPath
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path))
}

export const nodes = ['n1', 'n2', 'n3'] as const
type Node = (typeof nodes)[number]
type Service = Node | 'munge' | 'controller' | 'login'

export interface SlurmOptions {
  /** Seconds for which Slurm knows a job that has ended. */
  readonly minJobAge?: number
  /** Seconds from the end of a job's time to its SIGKILL. */
  readonly killWait?: number
}

const PORTS = 10
const NODE_TIMEOUT_SECONDS = 5

export class Slurm {
  readonly #folder: string
  readonly #port: number
  readonly #options: SlurmOptions
  readonly #services = new Map<Service, ChildProcess>()

  private constructor(folder: string, port: number, options: SlurmOptions) {
    this.#folder = folder
    this.#port = port
    this.#options = options
  }

  static async start(options: SlurmOptions = {}): Promise<Slurm> {
    const folder = mkdtempSync(join(tmpdir(), 'nern-slurm-'))
    const slurm = new Slurm(folder, await freePorts(), options)
    try {
      await slurm.#start()
      return slurm
    } catch (cause) {
      await slurm.stop()
      throw cause
    }
  }

  /** For `ssh -F`; the host is `cluster`. */
  get sshConfigPath(): string {
    return join(this.#folder, 'ssh', 'config')
  }

  /** A folder that the login node and all nodes see. */
  get shared(): string {
    return join(this.#folder, 'shared')
  }

  get sshFolder(): string {
    return join(this.#folder, 'ssh')
  }

  /** One of Slurm's tools, as somebody at the cluster would call it. Rejects with what it says. */
  async run(tool: string, ...args: readonly string[]): Promise<string> {
    return output(find(tool) ?? tool, args, { ...process.env, SLURM_CONF: this.#config })
  }

  /** As when the machine crashes: what runs there goes on, and nobody hears of it. */
  async kill(service: Service): Promise<void> {
    const child = this.#services.get(service)
    this.#services.delete(service)
    if (child === undefined) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }

  /** As when a laptop sleeps: whoever is logged in is cut off, and may log in again. */
  cutConnections(): void {
    const listener = this.#services.get('login')?.pid
    if (listener === undefined) return
    for (const session of childProcesses(listener, 'sshd')) process.kill(session, 'SIGTERM')
  }

  async stopService(service: Service): Promise<void> {
    const child = this.#services.get(service)
    this.#services.delete(service)
    if (child === undefined || child.exitCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const impatience = setTimeout(() => child.kill('SIGKILL'), 5000)
    await gone
    clearTimeout(impatience)
  }

  startService(service: Service): void {
    const [program, ...args] = this.#commandOf(service)
    const log = openSync(join(this.#folder, 'log', `${service}.log`), 'a')
    // Session of its own: what it starts does not hear of a Ctrl-C of the tests.
    this.#services.set(
      service,
      spawn(find(program) ?? program, args, {
        stdio: ['ignore', log, log],
        env: { ...process.env, PATH: searchPath, SLURM_CONF: this.#config },
        detached: true,
      }),
    )
  }

  /** Ends jobs, then the services, newest first, and removes the folder. */
  async stop(): Promise<void> {
    const user = userInfo().username
    if (this.#services.has('controller')) {
      await this.run('scancel', '--signal=KILL', '--full', `--user=${user}`).catch(() => undefined)
      await this.run('scancel', `--user=${user}`).catch(() => undefined)
    }
    for (const service of [...this.#services.keys()].reverse()) await this.stopService(service)
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }

  async #start(): Promise<void> {
    for (const name of [
      'etc',
      'log',
      'run',
      'state',
      'spool',
      'ssh',
      'shared',
      ...nodes.map((node) => `spool/${node}`),
    ]) {
      mkdirSync(join(this.#folder, name), { recursive: true, mode: name === 'ssh' ? 0o700 : 0o755 })
    }
    if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
    writeFileSync(join(this.#folder, 'etc', 'munge.key'), randomBytes(128), { mode: 0o600 })
    writeFileSync(this.#config, this.#slurmConfig())
    await this.#writeLogin()
    this.startService('munge')
    await until('munge listens', () => existsSync(this.#mungeSocket))
    this.startService('controller')
    for (const node of nodes) this.startService(node)
    this.startService('login')
    await this.nodesAreIdle(nodes.length)
  }

  /** Resolves when so many nodes can take jobs. */
  async nodesAreIdle(count: number): Promise<void> {
    await until(`${count} nodes are idle`, async () => {
      const idle = await this.run('sinfo', '-h', '-p', 'main', '-t', 'idle', '-o', '%D').catch(() => '')
      return idle.trim() === String(count)
    })
  }

  get #config(): string {
    return join(this.#folder, 'etc', 'slurm.conf')
  }

  get #mungeSocket(): string {
    return join(this.#folder, 'run', 'munge.socket')
  }

  #commandOf(service: Service): readonly [string, ...string[]] {
    const folder = this.#folder
    switch (service) {
      case 'munge':
        // --force: /tmp is writable for all.
        return [
          'munged',
          '--force',
          '--foreground',
          '--num-threads=2',
          `--key-file=${join(folder, 'etc', 'munge.key')}`,
          `--socket=${this.#mungeSocket}`,
          `--pid-file=${join(folder, 'run', 'munged.pid')}`,
          `--seed-file=${join(folder, 'run', 'munge.seed')}`,
        ]
      case 'controller':
        return ['slurmctld', '-D', '-i']
      case 'login':
        return ['sshd', '-D', '-e', '-f', join(folder, 'ssh', 'sshd_config')]
      case 'n1':
      case 'n2':
      case 'n3':
        return ['slurmd', '-D', '-N', service]
    }
  }

  #slurmConfig(): string {
    const folder = this.#folder
    const host = hostname().split('.')[0] ?? 'localhost'
    const user = userInfo().username
    const { minJobAge = 300, killWait = 3 } = this.#options
    const described = nodes.map(
      (node, index) =>
        `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${this.#port + 1 + index} CPUs=2 RealMemory=8192 State=UNKNOWN`,
    )
    return `ClusterName=nern
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${this.#port}
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=${this.#mungeSocket}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool/%n
SlurmctldPidFile=${folder}/run/slurmctld.pid
SlurmdPidFile=${folder}/run/slurmd-%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,sched_min_interval=100000
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmctldParameters=preempt_send_user_signal
MinJobAge=${minJobAge}
SlurmdTimeout=${NODE_TIMEOUT_SECONDS}
KillWait=${killWait}
ReturnToService=2
DefMemPerCPU=256
SlurmdParameters=config_overrides
${described.join('\n')}
PartitionName=main Nodes=n1,n2,n3 Default=YES DefaultTime=10 MaxTime=60 PriorityTier=1 State=UP
PartitionName=urgent Nodes=n1,n2,n3 MaxTime=60 PriorityTier=10 State=UP
`
  }

  /** A login node with host keys of its own, which lets one user in by one key. */
  async #writeLogin(): Promise<void> {
    const folder = join(this.#folder, 'ssh')
    const port = this.#port + PORTS - 1
    for (const key of ['host_key', 'id_ed25519']) {
      await output('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', key, '-f', join(folder, key)], process.env)
    }
    const publicKey = (name: string): string => readFileSync(join(folder, `${name}.pub`), 'utf8')
    writeFileSync(join(folder, 'authorized_keys'), publicKey('id_ed25519'))
    const [type = '', key = ''] = publicKey('host_key').split(' ')
    writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${type} ${key}\n`)
    writeFileSync(
      join(folder, 'sshd_config'),
      `ListenAddress 127.0.0.1:${port}
HostKey ${folder}/host_key
PidFile ${this.#folder}/run/sshd.pid
AuthorizedKeysFile ${folder}/authorized_keys
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
UsePAM no
UseDNS no
SetEnv SLURM_CONF=${this.#config}
`,
    )
    writeFileSync(
      this.sshConfigPath,
      `Host cluster
  HostName 127.0.0.1
  Port ${port}
  User ${userInfo().username}
  IdentityFile ${folder}/id_ed25519
  IdentitiesOnly yes
  UserKnownHostsFile ${folder}/known_hosts
  StrictHostKeyChecking yes
`,
    )
  }
}

/** Waits for a fact. Rejects when it does not come for a minute. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const giveUpAt = Date.now() + timeoutMs
  while (!(await isTrue())) {
    if (Date.now() > giveUpAt) throw new Error(`Waited in vain: ${what}.`)
    await sleep(100)
  }
}

function output(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env: { ...env, PATH: searchPath }, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`${program} ${args.join(' ')}: ${stderr}`, { cause: error }))
    })
  })
}

/** The first of ports in a row that nobody listens at. */
async function freePorts(): Promise<number> {
  for (let base = 20_000 + (process.pid % 900) * PORTS; base < 60_000; base += PORTS) {
    const all = Array.from({ length: PORTS }, (_, index) => isFree(base + index))
    if ((await Promise.all(all)).every(Boolean)) return base
  }
  throw new Error('No free ports for a cluster.')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
