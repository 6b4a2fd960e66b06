/** The channel to whoever started this process: Node's fork and Electron's utilityProcess behind one interface. */
export interface TrainerPort {
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Called when the other side has gone. */
  onClose(listener: () => void): void
  /** Resolves when everything sent has left the process. */
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
      drained: () => new Promise((resolve) => setTimeout(resolve, 100)),
    }
  }
  if (process.send === undefined) {
    throw new Error('The trainer is started by the studio; use `studio run` or `studio train`.')
  }
  let pending = 0
  let onDrained: (() => void) | undefined
  return {
    send(message) {
      pending += 1
      process.send?.(message, undefined, undefined, () => {
        pending -= 1
        if (pending === 0) onDrained?.()
      })
    },
    onMessage: (listener) => process.on('message', listener),
    onClose: (listener) => process.on('disconnect', listener),
    drained: () =>
      pending === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            onDrained = resolve
          }),
  }
}
