import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { operatorsFor, type ExperimentFilter } from '#shared/experiment/filter/experiment-filter.ts'
import { experimentFields, type ExperimentField } from '#shared/experiment/filter/experiment-fields.ts'
import { unitsOf } from '#shared/experiment/filter/field-units.ts'
import { parseFilter } from '#shared/experiment/filter/filter-text.ts'
import { formatFilter } from '#shared/experiment/filter/format-filter.ts'

const words = (text: string): ExperimentFilter => ({ type: 'words', text })

function read(text: string): ExperimentFilter | undefined {
  const parsed = parseFilter(text)
  if (!parsed.ok) throw new Error(parsed.problem.message)
  return parsed.filter
}

describe('a filter as text', () => {
  it('compares fields with numbers and units, texts, tags and choices', () => {
    expect(read('size < 100 KiB and drop <= 0.5 and network = "resnet20" and tags has best')).toEqual({
      type: 'all',
      of: [
        { type: 'compare', field: 'size', operator: '<', value: { number: 100, unit: 'KiB' } },
        { type: 'compare', field: 'drop', operator: '<=', value: { number: 0.5 } },
        { type: 'compare', field: 'network', operator: '=', value: 'resnet20' },
        { type: 'compare', field: 'tags', operator: 'has', value: 'best' },
      ],
    })
  })

  it.each<[string, ExperimentFilter | undefined]>([
    ['', undefined],
    ['  resnet   small ', { type: 'all', of: [words('resnet'), words('small')] }],
    ['a b or c', { type: 'any', of: [{ type: 'all', of: [words('a'), words('b')] }, words('c')] }],
    ['a (b OR c)', { type: 'all', of: [words('a'), { type: 'any', of: [words('b'), words('c')] }] }],
    ['not a b', { type: 'all', of: [{ type: 'not', of: words('a') }, words('b')] }],
    ['"and" "size < 1"', { type: 'all', of: [words('and'), words('size < 1')] }],
    ['size<100kib', { type: 'compare', field: 'size', operator: '<', value: { number: 100, unit: 'KiB' } }],
    ['accuracy ≥ 91.5 %', { type: 'compare', field: 'accuracy', operator: '>=', value: { number: 91.5, unit: '%' } }],
    ['starred = YES', { type: 'compare', field: 'starred', operator: '=', value: true }],
    ['status in (running, queued)', { type: 'among', field: 'status', values: ['running', 'queued'] }],
    ['drop is missing', { type: 'known', field: 'drop', isKnown: false }],
    [
      'predictor.hiddenSize = 120',
      { type: 'compare', field: 'config.predictor.hiddenSize', operator: '=', value: { number: 120 } },
    ],
    [
      'last(accuracy.validation) > 90 %',
      { type: 'compare', field: 'last(accuracy.validation)', operator: '>', value: { number: 90, unit: '%' } },
    ],
    ['created >= 2026-11-30', { type: 'compare', field: 'created', operator: '>=', value: '2026-11-30' }],
    [
      'name ~ h120 seed = 3',
      {
        type: 'all',
        of: [
          { type: 'compare', field: 'name', operator: '~', value: 'h120' },
          { type: 'compare', field: 'seed', operator: '=', value: { number: 3 } },
        ],
      },
    ],
  ])('reads %s', (text, filter) => {
    expect(read(text)).toEqual(filter)
  })

  it.each<[string, string, string, readonly string[]]>([
    ['sise < 100', 'sise', 'There is no field sise.', ['size']],
    ['hiddenSize > 3', 'hiddenSize', 'There is no field hiddenSize.', ['config.predictor.hiddenSize']],
    ['size < 100 kbit', 'kbit', 'kbit is no unit of size.', ['bytes', 'KiB']],
    ['seed = 3 KiB', 'KiB', 'seed has no unit.', ['and KiB']],
    ['size < big', 'big', 'size takes a number', []],
    ['size <', '', 'size needs a value here.', ['100 KiB']],
    ['size ~ 3', '~', 'size cannot be compared with ~.', ['=', '<']],
    ['status = done', 'done', 'status is one of draft', ['draft', 'completed']],
    ['accuracy > 0.91', '0.91', 'Say which is meant: 0.91 % or 91 %.', ['91 %']],
    ['(a or b', '', 'A closing parenthesis is missing.', [')']],
    ['a and', '', 'The filter ends too early.', []],
    ['or a', 'or', 'or needs something in front of it.', []],
    ['a ) b', ')', 'Nothing is expected here.', ['and']],
    ['name = "abc', '"abc', 'This quote is never closed.', ['"']],
    ['created > yesterday', 'yesterday', 'created takes a date', ['2026-11-30']],
    ['tags = best', '=', 'tags cannot be compared with =.', ['has']],
  ])('says of %s what is wrong with "%s"', (text, place, message, suggestions) => {
    const parsed = parseFilter(text)
    if (parsed.ok) throw new Error('It was read.')
    expect(parsed.problem.message).toContain(message)
    expect(text.slice(parsed.problem.start, parsed.problem.end)).toBe(place)
    expect(parsed.problem.suggestions).toEqual(expect.arrayContaining([...suggestions]))
  })

  it('is read again as the filter it was made of', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(read(formatFilter(filter))).toEqual(filter)
      }),
      { numRuns: 500 },
    )
  })

  it('is read or refused, whatever it is', () => {
    const pieces = fc.constantFrom(
      'size',
      '<',
      '"',
      '(',
      ')',
      'and',
      'or',
      'not',
      'in',
      'is',
      'has',
      '100',
      'KiB',
      '\\',
      ',',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 }), (parts) => {
        const text = parts.join(' ')
        const parsed = parseFilter(text)
        if (parsed.ok) return
        expect(parsed.problem.start).toBeLessThanOrEqual(parsed.problem.end)
        expect(parsed.problem.end).toBeLessThanOrEqual(text.length)
      }),
      { numRuns: 1000 },
    )
  })
})

function comparisonOf(field: ExperimentField): fc.Arbitrary<ExperimentFilter> {
  const value = valueOf(field)
  return fc
    .tuple(fc.constantFrom(...operatorsFor(field.type)), value)
    .map(([operator, given]) => ({ type: 'compare', field: field.id, operator, value: given }))
}

function valueOf({ type, quantity, choices = [] }: ExperimentField) {
  switch (type) {
    case 'text':
    case 'tags':
      return fc.string()
    case 'choice':
      return fc.constantFrom(...choices)
    case 'flag':
      return fc.boolean()
    case 'date':
      return fc.constantFrom('2026-11-30', '2026-11-30T18:00', '2026-11-30T18:00:01.5Z')
    case 'number': {
      const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: 1 })
      const units = unitsOf(quantity)
      const bare = number.map((given) => ({ number: given }))
      if (units.length === 0) return bare
      return fc.oneof(
        bare,
        fc.tuple(number, fc.constantFrom(...units)).map(([given, unit]) => ({ number: given, unit })),
      )
    }
  }
}

const anyField = fc.constantFrom(...experimentFields)
const texts = experimentFields.filter(({ type }) => type === 'text')
const leaf: fc.Arbitrary<ExperimentFilter> = fc.oneof(
  fc.string().map(words),
  anyField.chain(comparisonOf),
  fc
    .tuple(fc.constantFrom(...texts), fc.array(fc.string(), { minLength: 1, maxLength: 4 }))
    .map(([{ id }, values]): ExperimentFilter => ({ type: 'among', field: id, values })),
  fc
    .tuple(anyField, fc.boolean())
    .map(([{ id }, isKnown]): ExperimentFilter => ({ type: 'known', field: id, isKnown })),
)

/** In the form that reading gives: nothing joins one part, or parts that are joined the same way. */
const anyFilter = fc.letrec<{ filter: ExperimentFilter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    tie('filter').map((of): ExperimentFilter => ({ type: 'not', of })),
    fc
      .tuple(fc.constantFrom('all', 'any'), fc.array(tie('filter'), { minLength: 2, maxLength: 3 }))
      .map(([type, of]): ExperimentFilter => ({
        type,
        of: of.flatMap((part) => (part.type === type ? part.of : [part])),
      })),
  ),
})).filter
