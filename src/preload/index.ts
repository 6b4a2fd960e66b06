/** The only code that sees both Electron and the page. Built as one self-contained CommonJS file: a sandboxed preload loads no other. */
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { createStudioApi } from './api.ts'

contextBridge.exposeInMainWorld(
  'api',
  createStudioApi({
    invoke: (channel, input) => ipcRenderer.invoke(channel, input),
    send: (channel) => {
      ipcRenderer.send(channel)
    },
    listen: (channel, listener) => {
      ipcRenderer.on(channel, (_event, message: unknown) => {
        listener(message)
      })
    },
    // Throws for anything that is not a `File`.
    pathOf: (file) => webUtils.getPathForFile(file as File),
    reportError,
  }),
)
