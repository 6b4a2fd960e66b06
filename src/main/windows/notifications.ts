import type { Place } from '#shared/protocol/events.ts'
import type { Notice } from '../queue/queue-notices.ts'

export interface NotifierParts {
  readonly isSupported: () => boolean
  /** Whether a window of ours has the focus. */
  readonly isLookedAt: () => boolean
  /** Whether the settings want notifications now. */
  readonly isWanted: () => boolean
  readonly show: (item: { readonly title: string; readonly body: string; readonly onClick: () => void }) => void
  readonly open: (place: Place) => void
}

/** Shows notices in the system's way, to somebody who does not look at a window of ours. */
export function createNotifier(parts: NotifierParts): (notice: Notice) => void {
  const { isSupported, isLookedAt, isWanted, show, open } = parts
  return ({ title, text, place }) => {
    if (!isWanted() || isLookedAt() || !isSupported()) return
    show({ title, body: text, onClick: () => open(place) })
  }
}
