/** Numbers and times as a window shows them; times are those of the reader's clock. */
import { unknown } from '#shared/basics/format.ts'

export * from '#shared/basics/format.ts'

// Made once: `toLocaleString` makes its format anew for every value, which a table of many rows would feel.
const day = { year: 'numeric', month: 'short', day: '2-digit' } as const
const dateFormat = new Intl.DateTimeFormat('en-GB', day)
const timeFormat = new Intl.DateTimeFormat('en-GB', { ...day, hour: '2-digit', minute: '2-digit' })

/** `2026-03-04T09:05:00Z` as local date and time. */
export function formatTime(iso: string): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return unknown
  return timeFormat.format(time)
}

/** The day alone: `04 Mar 2026`. */
function formatDate(time: Date): string {
  return dateFormat.format(time)
}

/** How long ago `iso` was at `nowMs`: `just now`, `5 min ago`, `3 d ago`; the date when older than a month. */
export function formatAge(iso: string, nowMs: number): string {
  const seconds = (nowMs - new Date(iso).getTime()) / 1000
  if (Number.isNaN(seconds)) return unknown
  if (seconds < 45) return 'just now'
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`
  if (seconds < 30 * 86_400) return `${Math.round(seconds / 86_400)} d ago`
  return formatDate(new Date(iso))
}

/** `a`, `a and b`, `a, b and c`. */
export function formatList(parts: readonly string[]): string {
  const last = parts.at(-1) ?? ''
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`
}
