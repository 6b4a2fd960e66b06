/** What an import did to a graph, in sentences for people. */

/** Done again and again, and said once with its number. */
const counted = {
  dequantised: (count: number) =>
    `${count} quantised ${count === 1 ? 'tensor was' : 'tensors were'} turned back into floating point numbers: accuracy may differ a little from that of the quantised graph.`,
  unquantised: (count: number) =>
    `${count} ${count === 1 ? 'quantisation' : 'quantisations'} between layers ${count === 1 ? 'was' : 'were'} left out.`,
  rectified: (count: number) =>
    `${count} of the quantisations had taken the place of a ReLU; ${count === 1 ? 'it is' : 'they are'} one again.`,
  permuted: (count: number) =>
    `The columns of ${count === 1 ? 'a linear layer' : `${count} linear layers`} were put into another order, because the maps before were flattened with the channels last.`,
  normalised: (count: number) =>
    `${count === 1 ? 'A multiplication or addition' : `${count} multiplications or additions`} of one number a channel became batch normalisation.`,
} as const
type Counted = keyof typeof counted

export class ImportNotes {
  /** Sentences, and keys of those with a number; in the order of their first use. */
  readonly #entries = new Map<string, number>()

  say(sentence: string): void {
    this.#entries.set(sentence, 0)
  }

  count(what: Counted): void {
    this.#entries.set(what, (this.#entries.get(what) ?? 0) + 1)
  }

  get sentences(): readonly string[] {
    return [...this.#entries].map(([entry, count]) => (isCounted(entry) ? counted[entry](count) : entry))
  }
}

function isCounted(entry: string): entry is Counted {
  return Object.hasOwn(counted, entry)
}
