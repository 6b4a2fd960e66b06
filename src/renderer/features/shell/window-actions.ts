import { windowActions, type ActionId } from '#shared/protocol/window-actions.ts'
import { sampleChoice } from '../compress/choose-file.ts'
import { sections } from '../../state/routes.ts'
import type { Theme } from '#shared/protocol/settings.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'
import { shellTexts } from './texts.ts'

/** Ids of the actions of the window itself that are possible now, and what each does. */
function ownActions(studio: WindowStudio): Readonly<Partial<Record<ActionId, () => void>>> {
  const { router, imports, queue, recentFiles } = studio
  const isQueueActive = queue.state.value?.isActive
  return {
    ...Object.fromEntries(sections.map(({ id, route }) => [id, () => router.open(route)])),
    'import-network': () => void imports.pick('network'),
    'import-dataset': () => void imports.pick('dataset-file'),
    'compress-sample': () => router.open({ name: 'compress-network', file: sampleChoice }),
    train: () => router.open({ name: 'new-experiment', kind: 'train' }),
    ...(recentFiles.list.length === 0 ? {} : { 'forget-recent': () => void recentFiles.forget() }),
    palette: () => (studio.isPaletteOpen = !studio.isPaletteOpen),
    'toggle-sidebar': () => studio.memory.keepLayout({ isSidebarShown: !studio.memory.isSidebarShown }),
    ...themeActions(studio),
    ...(router.canGoBack ? { back: () => router.back() } : {}),
    ...(router.canGoForward ? { forward: () => router.forward() } : {}),
    ...(isQueueActive === false ? { 'queue-on': () => switchQueue(studio, true) } : {}),
    ...(isQueueActive === true ? { 'queue-off': () => switchQueue(studio, false) } : {}),
    ...(studio.undo.title !== undefined ? { undo: () => void studio.undo.undoLast() } : {}),
    help: () => (studio.isHelpOpen = true),
  }
}

function themeActions(studio: WindowStudio): Readonly<Partial<Record<ActionId, () => void>>> {
  const choose = (theme: Theme) => () =>
    void studio.act(shellTexts.themeSwitchFailure, 'studio.update-settings', { theme })
  return {
    'theme-system': choose('system'),
    'theme-light': choose('light'),
    'theme-dark': choose('dark'),
    'theme-contrast-light': choose('contrast-light'),
    'theme-contrast-dark': choose('contrast-dark'),
  }
}

function switchQueue(studio: WindowStudio, isActive: boolean): void {
  void studio.act(shellTexts.queueSwitchFailure, 'queue.set-active', { isActive })
}

/** What to do for an action; undefined where it is not possible now. What is in view goes before the window. */
export function runnerOf(studio: WindowStudio, id: ActionId): (() => void) | undefined {
  return studio.pageActions.get(id) ?? ownActions(studio)[id]
}

/** Ids of all actions that are possible now, in the order of the table. */
export function possibleActions(studio: WindowStudio): readonly ActionId[] {
  const own = ownActions(studio)
  return windowActions.flatMap(({ id }) => ((studio.pageActions.get(id) ?? own[id]) ? [id] : []))
}
