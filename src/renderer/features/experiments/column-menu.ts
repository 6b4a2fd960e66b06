import ArrowDown from '@lucide/svelte/icons/arrow-down'
import ArrowLeft from '@lucide/svelte/icons/arrow-left'
import ArrowRight from '@lucide/svelte/icons/arrow-right'
import ArrowUp from '@lucide/svelte/icons/arrow-up'
import EyeOff from '@lucide/svelte/icons/eye-off'
import Group from '@lucide/svelte/icons/group'
import Pin from '@lucide/svelte/icons/pin'
import PinOff from '@lucide/svelte/icons/pin-off'
import type { TableLayout } from '../../state/experiments-table.svelte.ts'
import type { MenuItem } from '../../ui/menu-item.ts'
import type { TableColumn } from './columns.ts'
import { groupedBy, movedBy, pinned, shown, sortedBy, sortedOnlyBy, type ShownLayout } from './layout-changes.ts'
import { experimentsTexts } from './texts.ts'

/** What the menu of a heading offers. */
export function columnMenu(
  layout: ShownLayout,
  column: TableColumn,
  change: (changes: Partial<TableLayout>) => void,
): readonly MenuItem[] {
  const isPinned = layout.pinned.includes(column.id)
  const isGrouped = layout.grouping.includes(column.id)
  return [
    { title: experimentsTexts.sortAscending, icon: ArrowUp, onselect: () => change(sortedOnlyBy(column, false)) },
    { title: experimentsTexts.sortDescending, icon: ArrowDown, onselect: () => change(sortedOnlyBy(column, true)) },
    {
      title: experimentsTexts.sortNext,
      keys: experimentsTexts.shiftClick,
      onselect: () => change(sortedBy(layout, column, true)),
    },
    {
      title: isGrouped ? experimentsTexts.ungroup : experimentsTexts.groupByThis,
      icon: Group,
      beginsGroup: true,
      onselect: () => change(groupedBy(layout, column)),
    },
    {
      title: isPinned ? experimentsTexts.unpin : experimentsTexts.pin,
      icon: isPinned ? PinOff : Pin,
      onselect: () => change(pinned(layout, column, !isPinned)),
    },
    {
      title: experimentsTexts.moveLeft,
      icon: ArrowLeft,
      keys: experimentsTexts.controlLeft,
      onselect: () => change(movedBy(layout, column, -1)),
    },
    {
      title: experimentsTexts.moveRight,
      icon: ArrowRight,
      keys: experimentsTexts.controlRight,
      onselect: () => change(movedBy(layout, column, 1)),
    },
    {
      title: experimentsTexts.hideColumn,
      icon: EyeOff,
      isDisabled: layout.columns.length === 1,
      onselect: () => change(shown(layout, column, false)),
    },
  ]
}
