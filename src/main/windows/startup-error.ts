import type { Dialog, MessageBoxOptions } from 'electron'
import type { AppError } from '#shared/basics/result.ts'

/**
 * Tells why the studio cannot start: what failed, where, and what to do. A native box, because everything a page needs
 * may be what failed; the same text goes to stderr for whoever started it from a terminal.
 */
export async function showStartupError(
  dialog: Pick<Dialog, 'showMessageBox'>,
  error: AppError,
  write: (text: string) => void,
): Promise<void> {
  const options = startupErrorBox(error)
  write(`${options.message}\n${options.detail ?? ''}\n`)
  await dialog.showMessageBox(options)
}

export function startupErrorBox({ message, where, remedy }: AppError): MessageBoxOptions {
  const lines = [message, where === undefined ? '' : `Where: ${where}`, remedy ?? '']
  return {
    type: 'error',
    title: 'NeRN Studio',
    message: 'NeRN Studio could not start.',
    detail: lines.filter((line) => line !== '').join('\n\n'),
    buttons: ['Quit'],
    noLink: true,
  }
}
