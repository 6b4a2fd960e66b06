import type { WindowStudio } from '../../state/studio.svelte.ts'
import { configYamlTexts } from './texts.ts'

/** Puts a text into the clipboard, and says whether it is there. */
export async function copyText({ toasts }: WindowStudio, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toasts.succeed(configYamlTexts.copied)
  } catch {
    toasts.fail(configYamlTexts.copyFailure, {
      code: 'internal',
      message: configYamlTexts.noClipboard,
      remedy: configYamlTexts.copyRemedy,
    })
  }
}
