/** Why a cluster could not be reached, from what ssh said: each cause has a code of its own and a remedy. */

/** Listed with the others in result.ts. A cluster that answers with one of them has changed nothing. */
export const connectionErrorCodes = [
  'cluster-host-key-changed', // the host key is not the one that is known
  'cluster-host-unknown', // the host key is not known yet
  'cluster-login-refused', // the login node refuses the user
  'cluster-password-wanted', // a passphrase, a password or a second factor is needed
  'cluster-name-unknown', // no address belongs to the name
  'cluster-connection-refused', // nothing listens there
  'cluster-timed-out', // no answer in time
  'cluster-unreachable', // the connection failed in another way
] as const
type ConnectionErrorCode = (typeof connectionErrorCodes)[number]

/** An `AppError` of result.ts, which imports the codes from here. */
interface ConnectionError {
  readonly code: ConnectionErrorCode
  readonly message: string
  readonly where: string
  readonly remedy: string
}

interface Cause {
  readonly code: ConnectionErrorCode
  /** In what ssh writes to its error output. */
  readonly pattern: RegExp
  readonly what: (host: string) => string
  readonly remedy: (host: string) => string
}

/** The first that fits is taken. */
const causes: readonly Cause[] = [
  {
    code: 'cluster-host-key-changed',
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|host key .* has changed/i,
    what: (host) => `The host key of ${host} is not the one that is known`,
    remedy: (host) =>
      `Ask the people of the cluster whether it has a new key; if so, remove the old one (ssh-keygen -R) and log in once by "ssh ${host}".`,
  },
  {
    code: 'cluster-host-unknown',
    pattern: /Host key verification failed|No .* host key is known/i,
    what: (host) => `The host key of ${host} is not known yet`,
    remedy: (host) => `Log in once by "ssh ${host}" in a terminal and compare the key with the one the cluster names.`,
  },
  {
    code: 'cluster-name-unknown',
    pattern: /Could not resolve hostname|Name or service not known|nodename nor servname/i,
    what: (host) => `No address belongs to ${host}`,
    remedy: () => 'Check the alias in ~/.ssh/config, and whether this machine is on the network or the VPN.',
  },
  {
    code: 'cluster-connection-refused',
    pattern: /Connection refused/i,
    what: (host) => `${host} refuses the connection`,
    remedy: () => 'Check the port in ~/.ssh/config; the login node may be in maintenance.',
  },
  {
    code: 'cluster-password-wanted',
    pattern: /incorrect passphrase|key is locked|Permission denied \([^)]*(password|keyboard-interactive)/i,
    what: (host) => `${host} wants a passphrase, a password or a second factor`,
    remedy: () => 'Press Connect and answer, or add your key to the ssh agent (ssh-add).',
  },
  {
    code: 'cluster-login-refused',
    pattern: /Permission denied|Too many authentication failures|no matching host key type/i,
    what: (host) => `${host} does not let you in`,
    remedy: (host) => `Try "ssh ${host}" in a terminal: user, key and agent must be right there first.`,
  },
  {
    code: 'cluster-timed-out',
    pattern: /timed out|Timeout, server|not responding/i,
    what: (host) => `${host} does not answer`,
    remedy: () => 'Check the network or the VPN; the studio tries again by itself.',
  },
]

/** What ssh said on its error output, in the studio's words. */
export function connectionError(host: string, errorText: string): ConnectionError {
  const cause = causes.find(({ pattern }) => pattern.test(errorText))
  const said = lastLine(errorText)
  const reason = said === '' ? '' : ` (${said})`
  if (cause === undefined) {
    return {
      code: 'cluster-unreachable',
      message: `The connection to ${host} failed${reason}.`,
      where: host,
      remedy: `Try "ssh ${host}" in a terminal; the studio tries again by itself.`,
    }
  }
  return { code: cause.code, message: `${cause.what(host)}${reason}.`, where: host, remedy: cause.remedy(host) }
}

/** Whether an error says only that the cluster was not reached: nothing about its runs is known then. */
export function isConnectionError({ code }: { readonly code: string }): boolean {
  return connectionErrorCodes.some((known) => known === code)
}

function lastLine(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  return (lines.at(-1) ?? '').trim().slice(0, 300).replace(/\.$/, '')
}
