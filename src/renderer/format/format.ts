/** Numbers and times as a window shows them; times are those of the reader's clock. */
import { unknown } from '#shared/basics/format.ts'

export * from '#shared/basics/format.ts'

/** `2026-03-04T09:05:00Z` as local date and time. */
export function formatTime(iso: string): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return unknown
  return time.toLocaleString('en-GB', {
    year: 'numeric',
    month: 'short',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
}

/** The day alone: `04 Mar 2026`. */
function formatDate(time: Date): string {
  return time.toLocaleDateString('en-GB', { year: 'numeric', month: 'short', day: '2-digit' })
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
