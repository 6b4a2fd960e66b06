/** Names of the channels between a window's preload and the main process. Nobody else may use Electron's IPC. */
import type { CommandName } from './contract.ts'
import type { EventName, StudioEvents } from './events.ts'

/** Channel on which a command is invoked; one a command. */
export function commandChannel(command: CommandName): string {
  return `command:${command}`
}

/** Invoked by the preload with the path of a dropped file; answers with an opaque token. Page code cannot reach it. */
export const dropChannel = 'file:token-for-path'
/** Sent by the preload once its page listens; events are kept until then. */
export const listeningChannel = 'events:listening'
/** Carries an array of `StudioEvent` from main, oldest first. */
export const eventsChannel = 'events:batch'

/** One announcement of the studio with its name. */
export type StudioEvent = {
  readonly [E in EventName]: { readonly event: E; readonly payload: StudioEvents[E] }
}[EventName]
