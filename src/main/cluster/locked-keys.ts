import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Whether a key that ssh would use for a host is locked by a passphrase. ssh itself says only that the login was refused when
 * it may not ask for it.
 */
export async function hasLockedKey(host: string, configPath: string | undefined): Promise<boolean> {
  const settings = await outputOf('ssh', [...(configPath === undefined ? [] : ['-F', configPath]), '-G', '--', host])
  const files = [...settings.stdout.matchAll(/^identityfile (.+)$/gm)]
    .map(([, path = '']) => (path.startsWith('~/') ? join(homedir(), path.slice(2)) : path))
    .filter((path) => existsSync(path))
  for (const file of files) {
    const { stderr } = await outputOf('ssh-keygen', ['-y', '-P', '', '-f', file])
    if (/incorrect passphrase/i.test(stderr)) return true
  }
  return false
}

function outputOf(
  command: string,
  args: readonly string[],
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 10_000 }, (_error, stdout, stderr) => resolve({ stdout, stderr }))
  })
}
