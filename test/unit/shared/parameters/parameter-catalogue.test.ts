import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { architectures } from '#networks/architectures.ts'
import { baselineConfigSchema } from '#shared/methods/direct/config.ts'
import { compressConfigSchema } from '#shared/methods/nern/config.ts'
import { spectralConfigSchema } from '#shared/methods/spectral/config.ts'
import { trainConfigSchema } from '#shared/training/config.ts'
import { parametersOf } from '#shared/parameters/parameter-catalogue.ts'
import type { ParameterControl } from '#shared/parameters/parameter-controls.ts'

interface JsonSchema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly enum?: readonly string[]
  readonly const?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
}

/** Leaves of a schema that can be chosen, with the control their constraints ask for. */
function leaves(schema: JsonSchema, path = ''): Readonly<Record<string, object>> {
  if (schema.properties !== undefined) {
    return Object.assign(
      {},
      ...Object.entries(schema.properties).map(([name, child]) =>
        leaves(child, path === '' ? name : `${path}.${name}`),
      ),
    )
  }
  if (schema.const !== undefined) return {}
  return { [path]: control(schema) }
}

function control(schema: JsonSchema): object {
  if (schema.enum !== undefined) return { type: 'choice', options: schema.enum }
  if (schema.type === 'boolean') return { type: 'switch' }
  if (schema.type === 'string') return { type: 'text' }
  return {
    type: 'number',
    isInteger: schema.type === 'integer',
    minimum: schema.exclusiveMinimum ?? schema.minimum,
    maximum: schema.maximum,
    ...(schema.exclusiveMinimum === undefined ? {} : { isMinimumExclusive: true }),
  }
}

/** A catalogue row's control without what a schema does not know. */
function constraints(row: ParameterControl): object {
  if (row.type === 'choice') return { type: 'choice', options: row.options.map(({ value }) => value) }
  // A schema sees a text; what it means depends on the network.
  if (row.type === 'layers') return { type: 'text' }
  if (row.type !== 'number') return { type: row.type }
  const { step, ...rest } = row
  expect(step).toBeGreaterThan(0)
  return rest
}

describe.each([
  ['compress', compressConfigSchema],
  ['train', trainConfigSchema],
  ['baseline', baselineConfigSchema],
  ['spectral', spectralConfigSchema],
] as const)('the catalogue of %s', (kind, schema) => {
  const rows = parametersOf(kind)

  test('has exactly one row a leaf of the schema, with its range and options', () => {
    const { start: _chosenLikeANetwork, ...properties } = (z.toJSONSchema(schema) as JsonSchema).properties ?? {}
    const described = Object.fromEntries(rows.map((row) => [row.path, constraints(row.control)]))
    expect(described).toEqual(leaves({ properties }))
    expect(new Set(rows.map((row) => row.path)).size).toBe(rows.length)
  })

  test('keeps the rows of a group together', () => {
    const runs = rows.map((row) => row.group).filter((group, index, all) => group !== all[index - 1])
    expect(runs).toEqual([...new Set(runs)])
  })

  test('explains each in one sentence', () => {
    const broken = rows.filter((row) => !/^[A-Z].*\.$/.test(row.sentence) || row.title === '')
    expect(broken).toEqual([])
  })
})

test('the architectures offered for training are those of the zoo', () => {
  const row = parametersOf('train').find(({ path }) => path === 'architecture')
  expect(row?.control).toEqual({ type: 'text', suggestions: architectures.map(({ id }) => id) })
})
