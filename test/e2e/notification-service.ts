/** A desktop's notifications on a bus of their own: what a studio shows arrives here, and a click goes back to it. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { Message, sessionBus } from '@jellybrick/dbus-next'

export interface ShownNotification {
  readonly id: number
  readonly title: string
  readonly body: string
}

export interface NotificationService {
  /** For `DBUS_SESSION_BUS_ADDRESS`. */
  readonly address: string
  readonly shown: readonly ShownNotification[]
  /** As a person would. */
  click(notification: ShownNotification): void
  stop(): Promise<void>
}

const name = 'org.freedesktop.Notifications'
const path = '/org/freedesktop/Notifications'

/** Whether this system has the program of a bus. */
export function hasBus(): boolean {
  return spawnSync('dbus-daemon', ['--version']).status === 0
}

/** What of the Desktop Notifications Specification (1.2) libnotify uses. */
export async function startNotificationService(): Promise<NotificationService> {
  const daemon = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [line] = (await once(daemon.stdout, 'data')) as [Buffer]
  const address = line.toString().trim()
  const bus = sessionBus({ busAddress: address })
  const shown: ShownNotification[] = []
  bus.addMethodHandler((message) => {
    if (message.interface !== name) return false
    const answer = answerTo(message, shown)
    bus.send(Message.newMethodReturn(message, answer.signature, [...answer.values]))
    return true
  })
  await bus.requestName(name)
  return {
    address,
    shown,
    click: ({ id }) => bus.send(Message.newSignal(path, name, 'ActionInvoked', 'us', [id, 'default'])),
    async stop() {
      bus.disconnect()
      const ended = once(daemon, 'exit')
      daemon.kill()
      await ended
    },
  }
}

interface Answer {
  readonly signature: string
  readonly values: readonly unknown[]
}

function answerTo({ member, body }: Message, shown: ShownNotification[]): Answer {
  switch (member) {
    case 'Notify': {
      const [, , , title, text] = body as readonly unknown[]
      const id = shown.length + 1
      shown.push({ id, title: String(title), body: String(text) })
      return { signature: 'u', values: [id] }
    }
    case 'GetCapabilities':
      return { signature: 'as', values: [['actions', 'body']] }
    case 'GetServerInformation':
      return { signature: 'ssss', values: ['notifications of a test', 'NeRN Studio', '1', '1.2'] }
    default:
      return { signature: '', values: [] }
  }
}
