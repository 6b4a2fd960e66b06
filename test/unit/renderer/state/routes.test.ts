import { describe, expect, test } from 'vitest'
import { actionOf } from '#shared/protocol/window-actions.ts'
import { routeKey, sectionOf, sections, windowTitle } from '#renderer/state/routes.ts'
import { interpretKey } from '#renderer/state/shortcuts.ts'

const plain = { isControl: false, isAlternate: false, isShift: false, isTyping: false }

describe('places', () => {
  test('each section opens itself and has its own key', () => {
    expect(sections.map(({ route }) => sectionOf(route))).toEqual(sections.map(({ id }) => id))
    const keys = sections.map(({ id }) => actionOf(id).pair)
    expect([new Set(keys).size, keys.includes(undefined)]).toEqual([sections.length, false])
  })

  test('a detail page lights its section and has its own window title', () => {
    expect(sectionOf({ name: 'run', experimentId: '7' })).toBe('open-experiments')
    expect(windowTitle({ name: 'run', experimentId: '7' })).toBe('Run - NeRN Studio')
    expect(windowTitle({ name: 'networks' })).toBe('Networks - NeRN Studio')
  })

  test('two places differ when their values do', () => {
    expect(routeKey({ name: 'network', id: 'a' })).not.toBe(routeKey({ name: 'network', id: 'b' }))
    expect(routeKey({ name: 'network', id: 'a' })).toBe(routeKey({ name: 'network', id: 'a' }))
  })
})

describe('keys', () => {
  test('g and a letter open a section', () => {
    expect(interpretKey({ ...plain, key: 'g' }, false)).toEqual({ type: 'prefix' })
    expect(interpretKey({ ...plain, key: 'n' }, true)).toEqual({ type: 'action', id: 'open-networks' })
    expect(interpretKey({ ...plain, key: 'n' }, false)).toBeUndefined()
    expect(interpretKey({ ...plain, key: 'x' }, true)).toBeUndefined()
  })

  test('typing in a field is never a shortcut, but the palette always opens', () => {
    expect(interpretKey({ ...plain, key: '?', isTyping: true }, false)).toBeUndefined()
    expect(interpretKey({ ...plain, key: 'n', isTyping: true }, true)).toBeUndefined()
    expect(interpretKey({ ...plain, key: 'K', isControl: true, isTyping: true }, false)).toEqual({
      type: 'action',
      id: 'palette',
    })
  })

  test('chords are those of the table, with Shift where it says so', () => {
    const press = { ...plain, isControl: true, key: 'n' }
    expect(interpretKey(press, false)).toEqual({ type: 'action', id: 'open-new-experiment' })
    expect(interpretKey({ ...press, isShift: true }, false)).toEqual({ type: 'action', id: 'open-compress' })
    expect(interpretKey({ ...plain, key: 'F2' }, false)).toEqual({ type: 'action', id: 'rename' })
  })

  test('Ctrl+Z undoes, but not what is typed', () => {
    expect(interpretKey({ ...plain, key: 'z', isControl: true }, false)).toEqual({
      type: 'action',
      id: 'undo',
    })
    expect(interpretKey({ ...plain, key: 'z', isControl: true, isTyping: true }, false)).toBeUndefined()
    expect(interpretKey({ ...plain, key: 'Z', isControl: true, isShift: true }, false)).toBeUndefined()
  })

  test('other combinations stay with the system', () => {
    expect(interpretKey({ ...plain, key: 'g', isControl: true }, false)).toBeUndefined()
    expect(interpretKey({ ...plain, key: 'ArrowLeft', isAlternate: true }, false)).toEqual({
      type: 'action',
      id: 'back',
    })
  })
})
