/** The ways a file gets into the studio and out of it: the system's dialogs and dropping it. All give the page a token only. */
import { basename, join } from 'node:path'
import type { Dialog, IpcMain, IpcMainInvokeEvent, OpenDialogOptions, SaveDialogOptions, Shell } from 'electron'
import { z } from 'zod'
import type { CommandInput, CommandOutput } from '#shared/protocol/contract.ts'
import { dropChannel } from '#shared/protocol/ipc-channels.ts'
import { AppException, type Result, fail, ok } from '#shared/basics/result.ts'
import type { FileToken, TokenTable } from '../files/token-table.ts'
import { untrusted } from './router.ts'

type PickKind = CommandInput<'files.pick'>['kind']
type NewKind = NonNullable<CommandInput<'files.pick-new'>['kind']>

const configurationFilters = [
  { name: 'Configurations', extensions: ['yaml', 'yml'] },
  { name: 'All files', extensions: ['*'] },
]

const chartDialog = (name: string, ending: string): Pick<SaveDialogOptions, 'title' | 'filters'> => ({
  title: 'Save the chart',
  filters: [{ name, extensions: [ending] }],
})

const saveDialogs: Readonly<Record<NewKind, Pick<SaveDialogOptions, 'title' | 'filters'>>> = {
  compressed: {
    title: 'Save the compressed network',
    filters: [{ name: 'Compressed networks', extensions: ['spectral.safetensors', 'safetensors'] }],
  },
  configuration: { title: 'Save the configuration', filters: configurationFilters },
  page: { title: 'Save the page', filters: [{ name: 'Web pages', extensions: ['html'] }] },
  rows: {
    title: 'Export experiments',
    filters: [
      { name: 'Comma-separated values', extensions: ['csv'] },
      { name: 'JSON', extensions: ['json'] },
    ],
  },
  'chart-csv': chartDialog('Comma-separated values', 'csv'),
  'chart-png': chartDialog('PNG pictures', 'png'),
  'chart-svg': chartDialog('SVG drawings', 'svg'),
}

const dialogs: Readonly<Record<PickKind, OpenDialogOptions>> = {
  network: {
    title: 'Choose a network',
    properties: ['openFile'],
    filters: [
      { name: 'Networks', extensions: ['pt', 'pth', 'th', 'bin', 'ckpt', 'safetensors', 'npz', 'onnx'] },
      { name: 'All files', extensions: ['*'] },
    ],
  },
  'dataset-file': { title: 'Import a data set', properties: ['openFile'] },
  'dataset-folder': { title: 'Import a data set from a folder', properties: ['openDirectory'] },
  configuration: {
    title: 'Open a configuration',
    properties: ['openFile'],
    filters: configurationFilters,
  },
  'export-folder': { title: 'Export into a folder', properties: ['openDirectory', 'createDirectory'] },
}

/** Gives a path that comes in a token. */
export type Intake = Pick<TokenTable, 'add'>

/**
 * The handler of `files.pick`. Resolves to undefined when the user closed the dialog.
 * @param incoming of files that are imported
 * @param tokens of folders that are exported into
 */
export function createFilePicker(
  dialog: Pick<Dialog, 'showOpenDialog'>,
  incoming: Intake,
  tokens: TokenTable,
): (input: CommandInput<'files.pick'>) => Promise<CommandOutput<'files.pick'>> {
  return async ({ kind }) => {
    const { canceled, filePaths } = await dialog.showOpenDialog(dialogs[kind])
    const [path] = filePaths
    if (canceled || path === undefined) return undefined
    return (kind === 'export-folder' ? tokens : incoming).add(path)
  }
}

/** The handler of `files.pick-new`. Resolves to undefined when the user closed the dialog. */
export function createNewFilePicker(
  dialog: Pick<Dialog, 'showSaveDialog'>,
  tokens: TokenTable,
): (input: CommandInput<'files.pick-new'>) => Promise<CommandOutput<'files.pick-new'>> {
  return async ({ fileName, kind = 'compressed' }) => {
    const { canceled, filePath } = await dialog.showSaveDialog({
      ...saveDialogs[kind],
      defaultPath: basename(fileName),
      properties: ['createDirectory', 'showOverwriteConfirmation'],
    })
    return canceled || filePath === '' ? undefined : tokens.add(filePath)
  }
}

/** The handler of `files.show`: a file that lies directly in a folder the user picked. */
export function createFileShower(
  shell: Pick<Shell, 'showItemInFolder'>,
  tokens: TokenTable,
): (input: CommandInput<'files.show'>) => Promise<undefined> {
  return async ({ folder, fileName }) => {
    const path = tokens.resolve(folder)
    if (path === undefined || basename(fileName) !== fileName || fileName.startsWith('.')) {
      throw new AppException({ code: 'not-found', message: 'This file is not in a folder that was chosen.' })
    }
    shell.showItemInFolder(join(path, fileName))
    return undefined
  }
}

const pathSchema = z.string().min(1).max(32_768)

/** Answers the preload, which alone knows the path of a dropped file. Returns the function that unregisters. */
export function registerDrops(
  ipc: Pick<IpcMain, 'handle' | 'removeHandler'>,
  incoming: Intake,
  isTrusted: (event: IpcMainInvokeEvent) => boolean,
): () => void {
  ipc.handle(dropChannel, (event, path: unknown): Result<FileToken> => {
    if (!isTrusted(event)) return fail(untrusted)
    const parsed = pathSchema.safeParse(path)
    if (!parsed.success) return fail({ code: 'invalid-argument', message: 'A dropped file has no usable path.' })
    return ok(incoming.add(parsed.data))
  })
  return () => ipc.removeHandler(dropChannel)
}
