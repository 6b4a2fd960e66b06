import type { Component } from 'svelte'

export interface MenuItem {
  readonly title: string
  readonly icon?: Component<{ size?: number | string }>
  /** The key that does the same. */
  readonly keys?: string
  /** A line above it. */
  readonly beginsGroup?: boolean
  readonly isDangerous?: boolean
  readonly isDisabled?: boolean
  readonly onselect: () => void
}
