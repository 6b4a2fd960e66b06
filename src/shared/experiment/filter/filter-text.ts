/**
 * Filters as people write them: `size < 100 KiB and drop <= 0.5 and network = "resnet20" and tags has best`.
 *
 *     any      = all { "or" all }
 *     all      = part { ["and"] part }
 *     part     = "not" part | "(" any ")" | FIELD OPERATOR VALUE | FIELD "in" "(" VALUE { "," VALUE } ")"
 *              | FIELD "is" ("known" | "missing") | WORD
 *
 * A word alone is searched for. Words of the language do not regard case; a text in quotes is never one of them.
 */
import {
  comparisonProblem,
  filterOperators,
  valueProblem,
  type ExperimentFilter,
  type FilterOperator,
  type FilterValue,
} from './experiment-filter.ts'
import { experimentField, nearFields, type ExperimentField } from './experiment-fields.ts'
import { unitNamed, unitsOf } from './field-units.ts'
import { filterTokens, type FilterToken } from './filter-tokens.ts'

/** What is wrong with a text, where, and what would fit there. */
export interface FilterTextProblem {
  readonly message: string
  /** In characters of the text; `end` is one past the last. */
  readonly start: number
  readonly end: number
  readonly suggestions: readonly string[]
}

export type ParsedFilter =
  /** `filter` is undefined for an empty text. */
  | { readonly ok: true; readonly filter: ExperimentFilter | undefined }
  | { readonly ok: false; readonly problem: FilterTextProblem }

/** Words that cannot be searched for without quotes. */
export const filterKeywords: ReadonlySet<string> = new Set(['and', 'or', 'not'])

export function parseFilter(text: string): ParsedFilter {
  const reader = new FilterReader(text)
  try {
    return { ok: true, filter: reader.whole() }
  } catch (thrown) {
    if (thrown instanceof WrongFilter) return { ok: false, problem: thrown.problem }
    throw thrown
  }
}

/** Never leaves this file. */
class WrongFilter extends Error {
  readonly problem: FilterTextProblem

  constructor(problem: FilterTextProblem) {
    super(problem.message)
    this.problem = problem
  }
}

class FilterReader {
  readonly #tokens: readonly FilterToken[]
  readonly #length: number
  #next = 0
  #depth = 0

  constructor(text: string) {
    this.#tokens = filterTokens(text)
    this.#length = text.length
  }

  whole(): ExperimentFilter | undefined {
    if (this.#tokens.length === 0) return undefined
    const filter = this.#any()
    if (this.#peek() !== undefined) this.#fail('Nothing is expected here.', ['and', 'or'])
    return filter
  }

  #any(): ExperimentFilter {
    const of = [this.#all()]
    while (this.#takeKeyword('or')) of.push(this.#all())
    return joined('any', of)
  }

  #all(): ExperimentFilter {
    const of = [this.#part()]
    while (this.#takeKeyword('and') || this.#isPartNext()) of.push(this.#part())
    return joined('all', of)
  }

  #part(): ExperimentFilter {
    if (this.#depth === deepest) this.#fail('The filter is nested too deeply.', [])
    this.#depth++
    const part = this.#partWithin()
    this.#depth--
    return part
  }

  #partWithin(): ExperimentFilter {
    if (this.#takeKeyword('not')) return { type: 'not', of: this.#part() }
    const token = this.#peek()
    if (token === undefined) return this.#fail('The filter ends too early.', ['a word', 'field < value'])
    if (token.type === 'unclosed') return this.#fail('This quote is never closed.', ['"'])
    if (this.#takeSymbol('(')) {
      const inner = this.#any()
      if (!this.#takeSymbol(')')) this.#fail('A closing parenthesis is missing.', [')'])
      return inner
    }
    if (token.type === 'symbol' || isKeyword(token)) {
      return this.#fail(`${token.text} needs something in front of it.`, ['a word', 'field < value'])
    }
    return token.type === 'word' ? (this.#fieldPart(token) ?? this.#words(token)) : this.#words(token)
  }

  #words({ text }: FilterToken): ExperimentFilter {
    this.#next++
    return { type: 'words', text }
  }

  /** What begins with the name of a field; undefined when the word is followed by nothing that compares. */
  #fieldPart(name: FilterToken): ExperimentFilter | undefined {
    const operator = this.#operatorAt(this.#next + 1)
    const link = operator === undefined ? this.#linkAt(this.#next + 1) : undefined
    if (operator === undefined && link === undefined) return undefined
    const field = experimentField(name.text)
    if (field === undefined) {
      return this.#fail(`There is no field ${name.text}.`, nearFields(name.text))
    }
    this.#next += 2
    if (operator !== undefined) return this.#comparison(field, operator)
    return link === 'in' ? this.#among(field) : this.#known(field)
  }

  #comparison(field: ExperimentField, operator: FilterOperator): ExperimentFilter {
    const operatorIndex = this.#next - 1
    const from = this.#next
    const value = this.#value(field)
    const problem = comparisonProblem(field, operator, value)
    if (problem !== undefined) {
      // Of an operator that does not fit, the operator is what is wrong; else the value.
      const isOperator = problem.suggestions.includes('=') || problem.suggestions.includes('has')
      this.#failOver(isOperator ? [operatorIndex, operatorIndex + 1] : [from, this.#next], problem)
    }
    return { type: 'compare', field: field.id, operator, value }
  }

  #among(field: ExperimentField): ExperimentFilter {
    if (field.type !== 'text' && field.type !== 'choice') {
      this.#failOver([this.#next - 1, this.#next], { message: `${field.id} cannot be one of a list.`, suggestions: [] })
    }
    if (!this.#takeSymbol('(')) this.#fail('A list of values begins with a parenthesis.', ['('])
    const values: string[] = []
    do {
      const from = this.#next
      const value = this.#value(field)
      const problem = valueProblem(field, value)
      if (problem !== undefined) this.#failOver([from, this.#next], problem)
      if (typeof value === 'string') values.push(value)
    } while (this.#takeSymbol(','))
    if (!this.#takeSymbol(')')) this.#fail('A list of values ends with a parenthesis.', [')', ','])
    return { type: 'among', field: field.id, values }
  }

  #known(field: ExperimentField): ExperimentFilter {
    const word = this.#peek()?.text.toLowerCase()
    if (word !== 'known' && word !== 'missing') this.#fail('A field is known or missing.', ['known', 'missing'])
    this.#next++
    return { type: 'known', field: field.id, isKnown: word === 'known' }
  }

  #value(field: ExperimentField): FilterValue {
    const token = this.#peek()
    if (token?.type === 'unclosed') this.#fail('This quote is never closed.', ['"'])
    if (token === undefined || token.type === 'symbol' || isKeyword(token)) {
      return this.#fail(`${field.id} needs a value here.`, valueExamples(field))
    }
    this.#next++
    switch (field.type) {
      case 'number':
        return this.#number(field, token)
      case 'flag':
        return flagOf(token.text) ?? token.text
      case 'choice':
        return token.text.toLowerCase()
      case 'text':
      case 'date':
      case 'tags':
        return token.text
    }
  }

  #number({ id, quantity }: ExperimentField, { text }: FilterToken): FilterValue {
    const [, digits = '', attached = ''] = numberPattern.exec(text) ?? []
    if (digits === '') return text
    const number = Number(digits.replace('−', '-'))
    if (attached !== '') return { number, unit: unitNamed(quantity, attached) ?? attached }
    const following = this.#peek()
    if (following?.type !== 'word' || isKeyword(following) || this.#isFieldAt(this.#next)) return { number }
    const unit = unitNamed(quantity, following.text)
    if (unit === undefined) {
      const units = unitsOf(quantity)
      const what = units.length === 0 ? `${id} has no unit.` : `${following.text} is no unit of ${id}.`
      this.#fail(`${what} To search for the word, write and ${following.text}.`, [...units, `and ${following.text}`])
    }
    this.#next++
    return { number, unit }
  }

  #isPartNext(): boolean {
    const token = this.#peek()
    if (token === undefined || isKeyword(token)) return token !== undefined && keywordOf(token) === 'not'
    return token.type !== 'symbol' || token.text === '('
  }

  #isFieldAt(index: number): boolean {
    return this.#operatorAt(index + 1) !== undefined || this.#linkAt(index + 1) !== undefined
  }

  #operatorAt(index: number): FilterOperator | undefined {
    const token = this.#tokens[index]
    if (token === undefined || token.type === 'quoted' || token.type === 'unclosed') return undefined
    return filterOperators.find((operator) => operator === token.text.toLowerCase())
  }

  /** `in` before a list, `is` before what can follow it: elsewhere they are words like others. */
  #linkAt(index: number): 'in' | 'is' | undefined {
    const [token, after] = [this.#tokens[index], this.#tokens[index + 1]]
    if (token?.type !== 'word' || after === undefined) return undefined
    const word = token.text.toLowerCase()
    if (word === 'in' && after.type === 'symbol' && after.text === '(') return 'in'
    return word === 'is' && ['known', 'missing'].includes(after.text.toLowerCase()) ? 'is' : undefined
  }

  #peek(): FilterToken | undefined {
    return this.#tokens[this.#next]
  }

  #takeSymbol(symbol: string): boolean {
    const token = this.#peek()
    if (token?.type !== 'symbol' || token.text !== symbol) return false
    this.#next++
    return true
  }

  #takeKeyword(keyword: string): boolean {
    const token = this.#peek()
    if (token === undefined || keywordOf(token) !== keyword) return false
    this.#next++
    return true
  }

  #fail(message: string, suggestions: readonly string[]): never {
    return this.#failOver([this.#next, this.#next + 1], { message, suggestions })
  }

  /** @param between the first token that is wrong, and one past the last */
  #failOver(
    [from, to]: readonly [number, number],
    problem: { readonly message: string; readonly suggestions: readonly string[] },
  ): never {
    const start = this.#tokens[from]?.start ?? this.#length
    const end = this.#tokens[to - 1]?.end ?? this.#length
    throw new WrongFilter({ ...problem, start, end: Math.max(start, end) })
  }
}

/** Far beyond what a person writes, far below what a stack holds. */
const deepest = 100

const numberPattern = /^([-−+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(.*)$/iu

function flagOf(text: string): boolean | undefined {
  const word = text.toLowerCase()
  if (word === 'yes' || word === 'true') return true
  return word === 'no' || word === 'false' ? false : undefined
}

function keywordOf({ type, text }: FilterToken): string | undefined {
  const word = text.toLowerCase()
  return type === 'word' && filterKeywords.has(word) ? word : undefined
}

function isKeyword(token: FilterToken): boolean {
  return keywordOf(token) !== undefined
}

function joined(type: 'all' | 'any', of: readonly ExperimentFilter[]): ExperimentFilter {
  const [only] = of
  if (only !== undefined && of.length === 1) return only
  return { type, of: of.flatMap((filter) => (filter.type === type ? filter.of : [filter])) }
}

function valueExamples({ type, quantity, choices = [] }: ExperimentField): readonly string[] {
  if (type === 'number') return unitsOf(quantity).map((unit) => `100 ${unit}`)
  if (type === 'flag') return ['yes', 'no']
  return type === 'date' ? ['2026-11-30'] : choices
}
