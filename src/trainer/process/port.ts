/** The channel to whoever started this process: Node's fork and Electron's utilityProcess behind one interface. */
export interface TrainerPort {
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Called when the other side has gone. */
  onClose(listener: () => void): void
  /**
   * Resolves when what was sent before has been handed to the system, which takes turns of the event loop: a checkpoint of
   * tens of megabytes would leave in pieces of some hundred kilobytes, one after each step that blocks the loop.
   */
  sent(): Promise<void>
  /** Resolves when the process may end and everything sent still arrives. */
  drained(): Promise<void>
}

/** What Electron adds to `process` in a utility process. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void
}

function parentPort(): ParentPort | undefined {
  const candidate: unknown = Reflect.get(process, 'parentPort')
  // Electron documents the interface; its types are not available here.
  return typeof candidate === 'object' && candidate !== null ? (candidate as ParentPort) : undefined
}

/** Throws when the process was started by hand. */
export function openPort(): TrainerPort {
  const port = parentPort()
  if (port !== undefined) {
    return {
      send: (message) => port.postMessage(message),
      onMessage: (listener) => port.on('message', ({ data }) => listener(data)),
      // A utility process ends with its parent.
      onClose: () => undefined,
      // Threads of Chromium send it.
      sent: () => Promise.resolve(),
      drained: () => new Promise((resolve) => setTimeout(resolve, 100)),
    }
  }
  if (process.send === undefined) {
    throw new Error('The trainer is started by the studio; use `studio run` or `studio train`.')
  }
  let pending = 0
  let waiting: (() => void)[] = []
  const sent = (): Promise<void> =>
    pending === 0 ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve))
  return {
    send(message) {
      pending += 1
      process.send?.(message, undefined, undefined, () => {
        pending -= 1
        if (pending > 0) return
        for (const resolve of waiting) resolve()
        waiting = []
      })
    },
    onMessage: (listener) => process.on('message', listener),
    onClose: (listener) => process.on('disconnect', listener),
    sent,
    drained: sent,
  }
}
