import type { PickedFile } from '#shared/protocol/commands/files.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'
import { compressTexts } from './texts.ts'

/** The network that is shipped with the studio, as a file to choose. */
export const sampleChoice: PickedFile = { token: 'sample', fileName: compressTexts.sampleName }

/** Opens the page on a file. */
export function openCompression({ router }: Pick<WindowStudio, 'router'>, file: PickedFile): void {
  router.open({ name: 'compress-network', file })
}

/** Asks for a network file and opens the page on it. Nothing happens when the dialog is closed. */
export async function chooseFile(studio: Pick<WindowStudio, 'act' | 'router'>): Promise<void> {
  const picked = await studio.act(compressTexts.pickFailure, 'files.pick', { kind: 'network' })
  if (picked?.value !== undefined) openCompression(studio, picked.value)
}
