import { windowActions, menuIds, type ActionDescription, type ActionId } from '#shared/protocol/window-actions.ts'
import { stateTexts } from './texts.ts'

export interface KeyPress {
  readonly key: string
  /** The key that chords of this system begin with: Ctrl, or Cmd on a Mac. */
  readonly isControl: boolean
  readonly isAlternate: boolean
  readonly isShift: boolean
  /** The focus is in a field that takes text. */
  readonly isTyping: boolean
}

export type KeyMeaning =
  | { readonly type: 'action'; readonly id: ActionId }
  /** The first key of a pair: wait for the second. */
  | { readonly type: 'prefix' }

/** How long the second key of a pair may take. */
export const prefixTimeoutMs = 1200

const actions: readonly (ActionDescription & { readonly id: ActionId })[] = windowActions
const byChord = new Map(actions.flatMap(({ id, keys }) => (keys === undefined ? [] : [[keys, id] as const])))
const byPair = new Map(actions.flatMap(({ id, pair }) => (pair === undefined ? [] : [[pair, id] as const])))
const byPlainKey = new Map(
  actions.flatMap(({ id, plainKey }) => (plainKey === undefined ? [] : [[plainKey, id] as const])),
)

/** What a key press means after `prefix` (the `g` of a pair), or undefined when it is not ours. */
export function interpretKey(press: KeyPress, hasPrefix: boolean): KeyMeaning | undefined {
  const { isControl, isAlternate, isTyping } = press
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key
  if (isControl || isAlternate) {
    const id = byChord.get(chordOf(press))
    // In a text, undo is its own, and Alt and an arrow move the caret on some systems.
    return isTyping && (!isControl || id === 'undo') ? undefined : meaning(id)
  }
  if (isTyping) return undefined
  if (hasPrefix) return meaning(byPair.get(key))
  return key === 'g' ? { type: 'prefix' } : meaning(byPlainKey.get(key))
}

function meaning(id: ActionId | undefined): KeyMeaning | undefined {
  return id === undefined ? undefined : { type: 'action', id }
}

/** As the table writes it: `CmdOrCtrl+Shift+N`, `Alt+Left`. */
function chordOf({ key, isControl, isAlternate, isShift }: KeyPress): string {
  const name = key.length === 1 ? key.toUpperCase() : key.replace(/^Arrow/, '')
  const parts = [...(isControl ? ['CmdOrCtrl'] : []), ...(isAlternate ? ['Alt'] : []), ...(isShift ? ['Shift'] : [])]
  return [...parts, name].join('+')
}

const arrows: Readonly<Record<string, string>> = { Left: '←', Right: '→', Up: '↑', Down: '↓' }

/** The caps of every way to give an action by keys, the shortest way last: `Ctrl` `K`, or `g` `h`. */
export function keyCaps(
  { keys, pair, plainKey }: Pick<ActionDescription, 'keys' | 'pair' | 'plainKey'>,
  isMac: boolean,
): readonly (readonly string[])[] {
  const capOf = (part: string): string => {
    if (part === 'CmdOrCtrl') return isMac ? '⌘' : 'Ctrl'
    if (part === 'Alt') return isMac ? '⌥' : 'Alt'
    return arrows[part] ?? part
  }
  return [
    ...(keys === undefined ? [] : [keys.split('+').map(capOf)]),
    ...(plainKey === undefined ? [] : [[plainKey]]),
    ...(pair === undefined ? [] : [['g', pair]]),
  ]
}

interface HelpRow {
  readonly title: string
  /** One entry a way. */
  readonly ways: readonly (readonly string[])[]
}

/** Keys that belong to a part of a page and not to an action. */
const keysOfParts: readonly { readonly group: string; readonly rows: readonly HelpRow[] }[] = [
  {
    group: stateTexts.tableKeys,
    rows: [
      { ways: [['/']], title: 'Filter' },
      { ways: [['↑', '↓']], title: 'Move through rows' },
      { ways: [['Shift', '↑', '↓']], title: 'Select a range of rows' },
      { ways: [['→', '←']], title: 'Controls of a row; unfold and fold a group' },
      { ways: [['Space']], title: 'Select a row' },
      { ways: [['Ctrl', 'A']], title: 'Select all rows shown' },
      { ways: [['Enter']], title: 'Open a row' },
      { ways: [['s']], title: 'Star a row' },
      { ways: [['v']], title: 'Show a row in charts, or not' },
      { ways: [['Delete']], title: 'Delete the rows selected' },
      { ways: [['Shift', 'F10']], title: 'Menu of a row or a heading' },
      { ways: [['Shift', 'click']], title: 'Sort equal rows by a heading as well' },
      { ways: [['Ctrl', '←', '→']], title: 'Move a column from its heading' },
      { ways: [['Shift', '←', '→']], title: 'Make a column narrower or wider' },
    ],
  },
  {
    group: stateTexts.chartKeys,
    rows: [
      { ways: [['drag']], title: 'Zoom into a range of steps' },
      { ways: [['double click']], title: 'Show all steps' },
    ],
  },
]

/** The cheat sheet: every action that has keys, by its menu, then the keys inside parts of pages. */
export function shortcutHelp(isMac: boolean): typeof keysOfParts {
  const groups = menuIds.map((menu) => ({
    group: stateTexts.menus[menu],
    rows: actions
      .filter((action) => action.menu === menu)
      .map((action) => ({ title: action.title, ways: keyCaps(action, isMac) }))
      .filter(({ ways }) => ways.length > 0),
  }))
  return [...groups.filter(({ rows }) => rows.length > 0), ...keysOfParts]
}
