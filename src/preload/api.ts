import type { CommandName, StudioApi } from '#shared/protocol/contract.ts'
import type { EventName, StudioEvents } from '#shared/protocol/events.ts'
import {
  type StudioEvent,
  commandChannel,
  dropChannel,
  eventsChannel,
  listeningChannel,
} from '#shared/protocol/ipc-channels.ts'
import { tooLarge } from '#shared/protocol/message-size.ts'
import { fail, toAppError, type Result } from '#shared/basics/result.ts'

/** What of Electron's preload world the API is made of. */
export interface PreloadPorts {
  readonly invoke: (channel: string, input: unknown) => Promise<unknown>
  readonly send: (channel: string) => void
  readonly listen: (channel: string, listener: (message: unknown) => void) => void
  /** Path of a `File` the user dropped or chose; empty for one made by page code; throws when it is no file. */
  readonly pathOf: (file: unknown) => string
  /** Told of what a listener of the page throws. */
  readonly reportError: (error: unknown) => void
}

type Listeners = { readonly [E in EventName]: Set<(payload: StudioEvents[E]) => void> }

/**
 * Builds `window.api`: three functions, none of which hands out a channel, an event object or a path. Only types of the
 * contract are used here: its schemas would cost every window 60 ms, and main, which checks each call anyway, has a
 * handler for exactly the commands there are.
 */
export function createStudioApi(ports: PreloadPorts): StudioApi {
  const listeners = createListeners()
  let hasListener = false

  ports.listen(eventsChannel, (message) => {
    // Sent by main alone, so trusted as typed.
    for (const item of message as readonly StudioEvent[]) deliver(listeners, item, ports.reportError)
  })

  return {
    invoke: <N extends CommandName>(command: N, input: unknown) => {
      if (!isCommandName(command)) return Promise.resolve(fail(notACommand))
      // Refused here, it costs main nothing; main looks again, for a page that has got round this one.
      const excess = tooLarge(command, input)
      return excess === undefined ? ask(ports, commandChannel(command), input) : Promise.resolve(fail(excess))
    },
    on: (event, listener) => {
      const set = Object.hasOwn(listeners, event) ? listeners[event] : undefined
      if (set === undefined) throw new TypeError(`There is no event named ${JSON.stringify(event)}.`)
      set.add(listener)
      if (!hasListener) {
        hasListener = true
        // A page subscribes to all it needs in one go; only then may the kept events arrive.
        queueMicrotask(() => {
          ports.send(listeningChannel)
        })
      }
      return () => {
        set.delete(listener)
      }
    },
    tokenForFile: async (file) => {
      let path: string
      try {
        path = ports.pathOf(file)
      } catch {
        path = ''
      }
      return path === '' ? fail(notAFile) : ask(ports, dropChannel, path)
    },
  }
}

const notAFile = {
  code: 'invalid-argument',
  message: 'What was dropped is not a file on this machine.',
  remedy: 'Drop a file or folder from the file manager, or use the import button.',
} as const

const notACommand = {
  code: 'invalid-argument',
  message: 'This is not the name of a command.',
} as const

const notAMessage = {
  code: 'invalid-argument',
  message: 'What a command is given must be plain data.',
} as const

const unknownCommand = {
  code: 'unknown-command',
  message: 'The studio has no command of this name.',
  remedy: 'The window and the studio may be of different versions: restart the studio.',
} as const

/** `area.action`; says nothing of whether there is such a command. */
function isCommandName(value: unknown): boolean {
  return typeof value === 'string' && /^[a-z]+\.[a-z-]+$/.test(value)
}

/** Main answers every call with a `Result`; a rejection means that the call itself failed, which becomes one as well. */
async function ask<T>(ports: PreloadPorts, channel: string, input: unknown): Promise<Result<T>> {
  try {
    return (await ports.invoke(channel, input)) as Result<T>
  } catch (error) {
    // Main has a handler for exactly the commands there are; this is what Electron says of all others.
    if (String(error).includes('No handler registered')) return fail(unknownCommand)
    // A function, a window or a node of the page, which no message can carry.
    if (String(error).includes('could not be cloned')) return fail(notAMessage)
    return fail(toAppError(error))
  }
}

function createListeners(): Listeners {
  return {
    'experiment-changed': new Set(),
    'experiments-removed': new Set(),
    'batches-changed': new Set(),
    'trash-changed': new Set(),
    'queue-changed': new Set(),
    'run-metrics': new Set(),
    'run-timeline': new Set(),
    'run-preview': new Set(),
    'run-kernels': new Set(),
    'run-log': new Set(),
    'run-checkpoints': new Set(),
    'library-changed': new Set(),
    'search-changed': new Set(),
    'task-progress': new Set(),
    'settings-changed': new Set(),
    'views-changed': new Set(),
    'clusters-changed': new Set(),
    'cluster-checked': new Set(),
    'cluster-asked': new Set(),
    'cluster-question-ended': new Set(),
    'place-requested': new Set(),
    'action-requested': new Set(),
    'recent-files-changed': new Set(),
    'files-opened': new Set(),
  }
}

function deliver<E extends EventName>(
  listeners: Listeners,
  item: { readonly event: E; readonly payload: StudioEvents[E] },
  reportError: (error: unknown) => void,
): void {
  // A copy, because a listener may unsubscribe itself; one that throws must not keep the event from the others.
  for (const listener of [...listeners[item.event]]) {
    try {
      listener(item.payload)
    } catch (error) {
      reportError(error)
    }
  }
}
