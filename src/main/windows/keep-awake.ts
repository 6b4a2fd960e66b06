import type { Settings } from '#shared/protocol/settings.ts'

export interface Power {
  /** Holds the machine awake; gives the number by which it is let go. */
  readonly hold: () => number
  readonly letGo: (hold: number) => void
  readonly isOnBattery: () => boolean
  /** Calls back when the machine is plugged in or unplugged. */
  readonly onChange: (listener: () => void) => void
}

/** Keeps the machine from falling asleep while an experiment runs; the screen may turn itself off. */
export class KeepAwake {
  readonly #power: Power
  #setting: Settings['keepAwake']
  #isRunning = false
  #hold: number | undefined

  constructor(power: Power, setting: Settings['keepAwake']) {
    this.#power = power
    this.#setting = setting
    power.onChange(() => this.#update())
  }

  choose(setting: Settings['keepAwake']): void {
    this.#setting = setting
    this.#update()
  }

  follow(isRunning: boolean): void {
    this.#isRunning = isRunning
    this.#update()
  }

  dispose(): void {
    this.follow(false)
  }

  #update(): void {
    const { hold, letGo, isOnBattery } = this.#power
    const isAllowed = this.#setting === 'always' || (this.#setting === 'on-mains' && !isOnBattery())
    if (this.#isRunning && isAllowed) this.#hold ??= hold()
    else if (this.#hold !== undefined) {
      letGo(this.#hold)
      this.#hold = undefined
    }
  }
}
