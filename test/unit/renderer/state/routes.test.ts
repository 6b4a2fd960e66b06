import { describe, expect, test } from 'vitest'
import { routeKey, sectionOf, sections, windowTitle } from '#renderer/state/routes.ts'
import { interpretKey } from '#renderer/state/shortcuts.ts'

const plain = { isControl: false, isAlternate: false, isShift: false, isTyping: false }

describe('places', () => {
  test('each section opens itself and has its own key', () => {
    expect(sections.map(({ route }) => sectionOf(route))).toEqual(sections.map(({ title }) => title))
    expect(new Set(sections.map(({ key }) => key)).size).toBe(sections.length)
  })

  test('a detail page lights its section and has its own window title', () => {
    expect(sectionOf({ name: 'run', experimentId: '7' })).toBe('Experiments')
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
    expect(interpretKey({ ...plain, key: 'n' }, true)).toEqual({ type: 'open', route: { name: 'networks' } })
    expect(interpretKey({ ...plain, key: 'n' }, false)).toBeUndefined()
    expect(interpretKey({ ...plain, key: 'x' }, true)).toBeUndefined()
  })

  test('typing in a field is never a shortcut, but the palette always opens', () => {
    expect(interpretKey({ ...plain, key: '?', isTyping: true }, false)).toBeUndefined()
    expect(interpretKey({ ...plain, key: 'n', isTyping: true }, true)).toBeUndefined()
    expect(interpretKey({ ...plain, key: 'K', isControl: true, isTyping: true }, false)).toEqual({ type: 'palette' })
  })

  test('Ctrl+Z undoes, but not what is typed', () => {
    expect(interpretKey({ ...plain, key: 'z', isControl: true }, false)).toEqual({ type: 'undo' })
    expect(interpretKey({ ...plain, key: 'z', isControl: true, isTyping: true }, false)).toBeUndefined()
    expect(interpretKey({ ...plain, key: 'Z', isControl: true, isShift: true }, false)).toBeUndefined()
  })

  test('other combinations stay with the system', () => {
    expect(interpretKey({ ...plain, key: 'g', isControl: true }, false)).toBeUndefined()
    expect(interpretKey({ ...plain, key: 'ArrowLeft', isAlternate: true }, false)).toEqual({ type: 'back' })
  })
})
