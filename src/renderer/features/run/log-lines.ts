import type { LogLine } from '#shared/protocol/records.ts'

/** `warning` shows errors, too. */
export type ShownLevel = 'all' | 'warning' | 'error'

const levelsShown: Readonly<Record<ShownLevel, readonly LogLine['level'][]>> = {
  all: ['info', 'warning', 'error'],
  warning: ['warning', 'error'],
  error: ['error'],
}

/** Lines of a level that hold every word of a text, in small or large letters. */
export function foundLines(lines: readonly LogLine[], level: ShownLevel, text: string): readonly LogLine[] {
  const words = text.toLowerCase().split(/\s+/)
  return lines.filter((line) => {
    const content = line.text.toLowerCase()
    return levelsShown[level].includes(line.level) && words.every((word) => content.includes(word))
  })
}

/** As a plain text: time, level and words of each line. */
export function logText(lines: readonly LogLine[]): string {
  return lines.map(({ at, level, text }) => `${at} ${level} ${text}`).join('\n')
}
