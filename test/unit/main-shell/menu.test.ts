import type { MenuItemConstructorOptions } from 'electron'
import { expect, test } from 'vitest'
import { menuTemplate } from '#main/windows/menu.ts'

function items(template: readonly MenuItemConstructorOptions[]): readonly MenuItemConstructorOptions[] {
  return template.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? items(item.submenu) : [])])
}

test('Go shows each place, every accelerator once', () => {
  const shown: unknown[] = []
  const actions = { show: (place: unknown) => shown.push(place), openExternal: () => {} }
  const all = items(menuTemplate(actions, false, true))
  const go = all.find(({ label }) => label === '&Go')?.submenu as MenuItemConstructorOptions[]
  for (const { click } of go) (click as () => void)()
  const accelerators = all.flatMap(({ accelerator }) => accelerator ?? [])
  expect([shown, new Set(accelerators).size]).toStrictEqual([
    ['home', 'networks', 'datasets', 'experiments', 'queue', 'doctor'].map((name) => ({ name })),
    accelerators.length,
  ])
})

test.each([
  [false, false, 'quit', true],
  [true, true, 'about', false],
])('mac %s, packaged %s: has %s, developer tools %s', (isMac, isPackaged, role, hasTools) => {
  const roles = items(menuTemplate({ show: () => {}, openExternal: () => {} }, isMac, isPackaged)).map(
    (item) => item.role,
  )
  expect([roles.includes(role as never), roles.includes('toggleDevTools'), roles.includes('reload')]).toStrictEqual([
    true,
    hasTools,
    false,
  ])
})
