import type { StudioApi } from '#shared/protocol/contract.ts'
import type { KernelStep, LayerKernelHistory } from '#shared/protocol/kernel-history.ts'
import { ask } from '../../state/client.ts'
import { Resource } from '../../state/resource.svelte.ts'

/** A history is read again when it grows, not more often: snapshots of the first steps come one after the other. */
const reloadEveryMs = 1000

/** The kernels of one layer of a run, at the step that is looked at. Follows the newest until another is chosen. */
export class KernelPlayer {
  readonly history
  readonly #unsubscribe: () => void
  #layer = $state<string>()
  /** Step that was chosen; the newest without one. */
  #step = $state<number>()
  #isPlaying = $state(false)
  #reload: ReturnType<typeof setTimeout> | undefined
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(api: StudioApi, runId: string) {
    this.history = new Resource(() =>
      ask(api, 'runs.kernels', { id: runId, ...(this.#layer === undefined ? {} : { layer: this.#layer }) }),
    )
    this.#unsubscribe = api.on('run-kernels', (told) => {
      if (told.runId !== runId) return
      this.#reload ??= setTimeout(() => {
        this.#reload = undefined
        void this.history.load()
      }, reloadEveryMs)
    })
  }

  get steps(): readonly KernelStep[] {
    return this.history.value?.steps ?? []
  }

  /** Of the layer that was asked for last; the one before it while that is read. */
  get shown(): LayerKernelHistory | undefined {
    return this.history.value?.shown
  }

  /** Of `steps`; -1 where there are none. */
  get index(): number {
    const chosen = this.#step
    if (chosen === undefined) return this.steps.length - 1
    // The run may have gone back to a checkpoint.
    return Math.max(
      0,
      this.steps.findLastIndex(({ step }) => step <= chosen),
    )
  }

  get isPlaying(): boolean {
    return this.#isPlaying
  }

  async choose(layer: string): Promise<void> {
    this.#layer = layer
    await this.history.load()
  }

  /** Shows one of `steps`; the last one follows the run. */
  seek(index: number): void {
    this.#step = index >= this.steps.length - 1 ? undefined : this.steps[index]?.step
  }

  /** From the beginning when it is at the end. @param everyMs pause between two steps */
  play(everyMs: number): void {
    if (this.index === this.steps.length - 1) this.seek(0)
    this.#isPlaying = true
    clearInterval(this.#timer)
    this.#timer = setInterval(() => {
      this.seek(this.index + 1)
      if (this.index === this.steps.length - 1) this.stop()
    }, everyMs)
  }

  stop(): void {
    this.#isPlaying = false
    clearInterval(this.#timer)
  }

  dispose(): void {
    this.#unsubscribe()
    clearTimeout(this.#reload)
    this.stop()
  }
}
