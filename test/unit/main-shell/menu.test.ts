import type { MenuItemConstructorOptions } from 'electron'
import { describe, expect, test } from 'vitest'
import { AppMenu } from '#main/windows/app-menu.ts'
import { menuTemplate, type MenuState } from '#main/windows/menu.ts'
import { actionIds, type ActionId } from '#shared/protocol/window-actions.ts'

const linux: MenuState = { isMac: false, isPackaged: true, possible: undefined, recent: [] }

function items(template: readonly MenuItemConstructorOptions[]): readonly MenuItemConstructorOptions[] {
  return template.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? items(item.submenu) : [])])
}

function itemsOf(state: Partial<MenuState>, asked: unknown[] = []): readonly MenuItemConstructorOptions[] {
  const actions = {
    request: (id: ActionId) => asked.push(id),
    openRecent: (path: string) => asked.push(path),
    openExternal: () => {},
  }
  return items(menuTemplate(actions, { ...linux, ...state }))
}

function press(item: MenuItemConstructorOptions | undefined): void {
  const click = item?.click as (() => void) | undefined
  click?.()
}

describe('the native menus', () => {
  test('hold every action of the window once, and ask for it', () => {
    const asked: unknown[] = []
    const own = itemsOf({}, asked).filter(({ id }) => id !== undefined)
    own.forEach(press)
    expect(asked.toSorted()).toEqual(actionIds.toSorted())
  })

  test('show each accelerator once and leave the keys to the page', () => {
    const withKeys = itemsOf({}).filter(({ accelerator }) => accelerator !== undefined)
    expect(new Set(withKeys.map(({ accelerator }) => accelerator)).size).toBe(withKeys.length)
    expect(withKeys.every(({ registerAccelerator }) => registerAccelerator === false)).toBe(true)
  })

  test('offer only what is possible', () => {
    const enabled = itemsOf({ possible: new Set<ActionId>(['export', 'help']) }).filter(
      (item) => item.id !== undefined && item.enabled === true,
    )
    expect(enabled.map(({ id }) => id)).toEqual(['export', 'help'])
  })

  test('open recent files by their paths, and name them as they are', () => {
    const asked: unknown[] = []
    const recent = [{ path: '/data/a & b.pth', fileName: 'a & b.pth' }]
    const file = itemsOf({ recent }, asked).find(({ label }) => label === 'a && b.pth')
    press(file)
    expect(asked).toEqual(['/data/a & b.pth'])
  })

  test.each([
    [false, false, 'quit', true],
    [true, true, 'about', false],
  ])('mac %s, packaged %s: has %s, developer tools %s', (isMac, isPackaged, role, hasTools) => {
    const roles = itemsOf({ isMac, isPackaged }).map((item) => item.role)
    expect([roles.includes(role as never), roles.includes('toggleDevTools'), roles.includes('reload')]).toStrictEqual([
      true,
      hasTools,
      false,
    ])
  })
})

test('the menu is built anew only where it would differ', () => {
  let built = 0
  const menu = { buildFromTemplate: () => ({}) as never, setApplicationMenu: () => void built++ }
  const actions = { request: () => {}, openRecent: () => {}, openExternal: () => {} }
  const appMenu = new AppMenu({ menu, actions, isMac: false, isPackaged: true, recent: () => [] })
  appMenu.offer(['export'])
  appMenu.offer(['export'])
  appMenu.show()
  expect(built).toBe(2)
})
