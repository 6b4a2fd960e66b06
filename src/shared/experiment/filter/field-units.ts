/** Units in which people write the numbers of a filter, by what is measured. */

interface UnitDescription {
  /** As it is written, the usual spelling first; case does not matter. */
  readonly names: readonly string[]
  /** Of one in the unit in which the store keeps the quantity. */
  readonly factor: number
}

interface QuantityDescription {
  /** The unit in which the store keeps it and files say it; empty for a plain number. */
  readonly storedIn: string
  /** What a number without a unit is multiplied with. */
  readonly bareFactor: number
  readonly units: readonly UnitDescription[]
}

const bytes = (names: readonly string[], factor: number): UnitDescription => ({ names, factor })

/** What numbers of experiments measure. The store keeps bytes, seconds, and fractions in [0, 1]. */
export const quantities = {
  number: { storedIn: '', bareFactor: 1, units: [] },
  bytes: {
    storedIn: 'bytes',
    bareFactor: 1,
    units: [
      bytes(['bytes', 'byte', 'B'], 1),
      bytes(['KiB'], 1024),
      bytes(['MiB'], 1024 ** 2),
      bytes(['GiB'], 1024 ** 3),
      bytes(['KB'], 1e3),
      bytes(['MB'], 1e6),
      bytes(['GB'], 1e9),
    ],
  },
  fraction: { storedIn: 'fraction', bareFactor: 0.01, units: [{ names: ['%', 'percent'], factor: 0.01 }] },
  points: { storedIn: 'fraction', bareFactor: 0.01, units: [{ names: ['points', 'point', 'pp', '%'], factor: 0.01 }] },
  seconds: {
    storedIn: 's',
    bareFactor: 1,
    units: [
      { names: ['s', 'sec', 'second', 'seconds'], factor: 1 },
      { names: ['min', 'minute', 'minutes'], factor: 60 },
      { names: ['h', 'hour', 'hours'], factor: 3600 },
      { names: ['d', 'day', 'days'], factor: 86_400 },
    ],
  },
  ratio: { storedIn: 'times', bareFactor: 1, units: [{ names: ['times', 'x', '×'], factor: 1 }] },
  percent: { storedIn: '%', bareFactor: 1, units: [{ names: ['%', 'percent'], factor: 1 }] },
} as const satisfies Readonly<Record<string, QuantityDescription>>

export type Quantity = keyof typeof quantities

/** A number as it was written. */
export interface WrittenNumber {
  readonly number: number
  readonly unit?: string | undefined
}

/** Usual spellings of the units of a quantity. */
export function unitsOf(quantity: Quantity): readonly string[] {
  return unitDescriptions(quantity).flatMap(({ names }) => names[0] ?? [])
}

/** The usual spelling of a unit, however it was written; undefined when it is none of the quantity. */
export function unitNamed(quantity: Quantity, name: string): string | undefined {
  return unitDescription(quantity, name)?.names[0]
}

/** In the unit of the store; undefined for a unit that the quantity does not have. */
export function storedNumber(quantity: Quantity, { number, unit }: WrittenNumber): number | undefined {
  const factor = unit === undefined ? quantities[quantity].bareFactor : unitDescription(quantity, unit)?.factor
  return factor === undefined ? undefined : rounded(number * factor)
}

function unitDescription(quantity: Quantity, name: string): UnitDescription | undefined {
  const wanted = name.toLowerCase()
  return unitDescriptions(quantity).find(({ names }) => names.some((own) => own.toLowerCase() === wanted))
}

function unitDescriptions(quantity: Quantity): readonly UnitDescription[] {
  return quantities[quantity].units
}

/** 91.73 x 0.01 is 0.9173 and not the double beside it: what is written is compared with what was divided. */
function rounded(value: number): number {
  return Number(value.toPrecision(15))
}
