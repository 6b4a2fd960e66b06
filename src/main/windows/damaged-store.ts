import type { BrowserWindow, IpcMain } from 'electron'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { AppException } from '#shared/basics/result.ts'
import type { RepairOutcome } from '#shared/protocol/commands/store-repair.ts'
import { Dispatcher } from '../commands/dispatcher.ts'
import { registerCommands } from '../ipc/router.ts'
import type { Log } from '../log/log.ts'
import type { RepairThread } from '../store/repair/repair-thread.ts'
import { isTrustedSender } from './security.ts'

interface DamagedStoreOptions {
  readonly ipc: IpcMain
  readonly log: Log
  readonly storeFolder: string
  readonly repair: Pick<RepairThread, 'preview' | 'apply'>
  /** Opens the window with the page of a damaged store. */
  readonly openWindow: () => BrowserWindow
}

/**
 * Shows what can be kept of a damaged store, and repairs it as the user chooses. The window has these two commands and no
 * others. Resolves when it is closed, with what was done, or undefined where nothing was.
 */
export async function repairInWindow(options: DamagedStoreOptions): Promise<RepairOutcome | undefined> {
  const { ipc, log, storeFolder, repair, openWindow } = options
  let outcome: RepairOutcome | undefined
  const dispatcher = new Dispatcher({
    table: {
      'store.damage': () => repair.preview(),
      'store.repair': async ({ way }) => {
        outcome = await repair.apply(way)
        log('store', 'warning', `The store was repaired (${way}); what was there lies in ${outcome.setAside}.`)
        return outcome
      },
    },
    refusalOf: () => undefined,
    storeFolder,
    onError: (command, { code, message }) => log('store', 'error', `${command}: ${code}: ${message}`),
  })
  const window = openWindow()
  const { id } = window.webContents
  const close = registerCommands(ipc, {
    invoke: (command, input) => dispatcher.invoke(command, input),
    isTrusted: (event) => isTrustedSender(event, new Set([id])),
    onRefused: (command, { code, message }) => log('ipc', 'info', `${command}: ${code}: ${message}`),
  })
  await new Promise<void>((resolve) => window.once('closed', () => resolve()))
  close()
  return outcome
}

type RepairHandlers = Pick<CommandHandlers, 'store.damage' | 'store.repair' | 'store.reopen-to-repair'>

/** The same commands beside an open store, which nobody may replace: the studio starts anew for that. */
export function openStoreHandlers(reopen: () => void): RepairHandlers {
  const refuse = async (): Promise<never> => {
    throw new AppException({
      code: 'conflict',
      message: 'The store is open: it is not replaced under those who use it.',
      remedy: 'Start the studio anew to repair it, from the card of the store in Settings.',
    })
  }
  return {
    'store.damage': refuse,
    'store.repair': refuse,
    async 'store.reopen-to-repair'() {
      reopen()
      return undefined
    },
  }
}
