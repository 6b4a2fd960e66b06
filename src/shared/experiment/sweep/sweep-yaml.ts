/** A file that describes a sweep (docs/sweeps.md). It names networks and the data set as people do. */
import { isMap, isScalar, type Node } from 'yaml'
import { AppException, fail, ok, toAppError, type Result } from '../../basics/result.ts'
import { YamlSource, type YamlEntry } from '../../basics/yaml-source.ts'
import { parametersOf } from '../../parameters/parameter-catalogue.ts'
import type { ParameterDescription } from '../../parameters/parameter-controls.ts'
import type { ParameterValue } from '../../parameters/parameter-value.ts'
import { allowedValue, leafEntries, readConfigNode, readPreset, type LeafEntry } from '../config-yaml.ts'
import { readDraw, readSeeds, readSweptValues } from './values-text.ts'
import type { Draw, Sweep, SweepPlan } from './sweep.ts'

/** Something of the library as a file names it. */
export interface NamedInFile {
  readonly name: string
  /** File, line and column, for an error. */
  readonly where: string
}

export interface SweepFile {
  readonly name?: string
  readonly networks: readonly NamedInFile[]
  readonly dataset: NamedInFile
  /** Name of the cluster it is for; absent: this computer. */
  readonly on?: string
  readonly sweep: Omit<Sweep, 'networkIds' | 'datasetId'>
}

const keys = ['name', 'network', 'dataset', 'config', 'vary', 'random', 'list', 'seeds', 'on']
const drawKinds = ['uniform', 'log-uniform', 'integer', 'choice']

/** Errors: `invalid-config` with file, line and column. */
export function sweepFromYaml(text: string, fileName?: string): Result<SweepFile> {
  try {
    const source = YamlSource.parse(text, fileName)
    return ok(new SweepReader(source).read())
  } catch (thrown) {
    if (thrown instanceof AppException) return fail(toAppError(thrown))
    throw thrown
  }
}

/** Reads one file. Throws `invalid-config`. */
class SweepReader {
  readonly #source: YamlSource
  readonly #entries: readonly YamlEntry[]

  constructor(source: YamlSource) {
    this.#source = source
    this.#entries = source.entries(source.root, 'A sweep')
    for (const entry of this.#entries) source.assertKnown(entry, keys, 'A sweep')
  }

  read(): SweepFile {
    const source = this.#source
    const name = this.#find('name')
    const { config } = readConfigNode(source, this.#needed('config', 'config: { preset: fast }'), 'config')
    const vary = this.#find('vary')
    const varied = vary === undefined ? [] : source.entries(vary, 'vary')
    const presets = varied.find(({ key }) => key === 'preset')
    const presetIds = presets === undefined ? [] : source.items(presets.node).map((node) => readPreset(source, node))
    const kinds = new Set([config, ...presetIds.map((preset) => preset.config)].map(({ kind }) => kind))
    const rows = [...kinds].flatMap((kind) => parametersOf(kind))
    const seeds = this.#find('seeds')
    const on = this.#find('on')
    return {
      ...(name === undefined ? {} : { name: String(source.scalar(name, 'name')) }),
      ...(on === undefined ? {} : { on: String(source.scalar(on, 'on')) }),
      networks: this.#networks(varied),
      dataset: this.#named(this.#needed('dataset', 'dataset: cifar10'), 'dataset'),
      sweep: {
        config,
        presetIds: presetIds.map(({ id }) => id),
        plan: this.#plan(
          leafEntries(
            source,
            varied.filter(({ key }) => key !== 'network'),
            rows,
          ),
          rows,
        ),
        seeds: seeds === undefined ? [config.seed] : this.#seeds(seeds, config.seed),
      },
    }
  }

  #plan(varied: readonly LeafEntry[], rows: readonly ParameterDescription[]): SweepPlan {
    const source = this.#source
    const list = this.#find('list')
    const random = this.#find('random')
    if (list !== undefined) {
      const other = this.#entries.find(({ key }) => key === 'vary' || key === 'random')
      if (other !== undefined) throw source.error(other.keyNode, `A sweep has a list or ${other.key}, not both.`)
      return { kind: 'list', rows: source.items(list).map((node) => this.#row(node, rows)) }
    }
    if (random === undefined) {
      return { kind: 'grid', vary: varied.map((entry) => ({ path: entry.path, values: this.#values(entry) })) }
    }
    if (varied.length === 0) throw source.error(random, 'Nothing varies that could be drawn at random.')
    const settings = source.entries(random, 'random')
    for (const entry of settings) source.assertKnown(entry, ['variants', 'seed'], 'random')
    const variants = settings.find(({ key }) => key === 'variants')
    if (variants === undefined) throw source.error(random, 'random takes variants: how many are drawn.')
    const seed = settings.find(({ key }) => key === 'seed')
    return {
      kind: 'random',
      vary: varied.map((entry) => ({ path: entry.path, draw: this.#draw(entry) })),
      variants: this.#count(variants),
      seed: seed === undefined ? 1 : this.#count(seed),
    }
  }

  /** One variant of a list; it may name a preset of another family. */
  #row(node: Node, rows: readonly ParameterDescription[]): Extract<SweepPlan, { kind: 'list' }>['rows'][number] {
    const source = this.#source
    const entries = source.entries(node, 'A variant')
    const named = entries.find(({ key }) => key === 'preset')
    const preset = named === undefined ? undefined : readPreset(source, named.node)
    const own = preset === undefined ? rows : parametersOf(preset.config.kind)
    const values = leafEntries(source, entries, own).map(({ path, row, node: value }) => {
      const given = source.scalar(value, path)
      return { path, value: row === undefined ? given : allowedValue(source, row, given, value) }
    })
    return { ...(preset === undefined ? {} : { presetId: preset.id }), values }
  }

  /** A list, or a text such as `64..128 step 16`. */
  #values({ path, row, node }: LeafEntry): readonly ParameterValue[] {
    const source = this.#source
    if (row === undefined) throw source.error(node, `${path} cannot vary.`)
    if (isMap(node)) {
      throw source.error(
        node,
        `${path} takes a list of values, or a range such as "64..128 step 16".`,
        'Distributions are for sweeps with random: { variants: 20 }.',
      )
    }
    if (!isScalar(node)) {
      const items = source.items(node)
      if (items.length === 0) throw source.error(node, `${path} has no values.`)
      return items.map((item) => allowedValue(source, row, source.scalar(item, path), item))
    }
    const read = readSweptValues(row, String(source.scalar(node, path)))
    if ('problem' in read) throw source.error(node, `${path}: ${read.problem}`)
    return read.values
  }

  #draw(entry: LeafEntry): Draw {
    const source = this.#source
    const { path, row, node } = entry
    if (!isMap(node) && !isScalar(node)) return { kind: 'choice', values: this.#values(entry) }
    if (row === undefined) throw source.error(node, `${path} cannot vary.`)
    if (isScalar(node)) {
      const read = readDraw(row, String(source.scalar(node, path)))
      if ('problem' in read) throw source.error(node, `${path}: ${read.problem}`)
      return read.draw
    }
    const [distribution, other] = source.entries(node, path)
    if (distribution === undefined || other !== undefined) {
      throw source.error(node, `${path} takes one of ${drawKinds.join(', ')}.`)
    }
    source.assertKnown(distribution, drawKinds, path)
    if (distribution.key === 'choice')
      return { kind: 'choice', values: this.#values({ ...entry, ...distribution, path }) }
    const ends = source
      .items(distribution.node)
      .map((item) => allowedValue(source, row, source.scalar(item, path), item))
    const [from, to, more] = ends
    if (typeof from !== 'number' || typeof to !== 'number' || more !== undefined) {
      throw source.error(distribution.node, `${distribution.key} takes two numbers, such as [0.001, 0.1].`)
    }
    const text = `${distribution.key === 'log-uniform' ? 'log ' : ''}${from}..${to}`
    const read = readDraw(row, text)
    if ('problem' in read) throw source.error(distribution.node, `${path}: ${read.problem}`)
    if (distribution.key === 'integer' && read.draw.kind !== 'integer') {
      throw source.error(distribution.keyNode, `${path} is no whole number.`, 'Write uniform or log-uniform instead.')
    }
    return read.draw
  }

  #seeds(node: Node, first: number): readonly number[] {
    const source = this.#source
    const texts = source.items(node).map((item) => String(source.scalar(item, 'seeds')))
    // A list of one number is that seed; a number alone says how many.
    const text = isScalar(node) ? texts.join(', ') : `${texts.join(', ')},`
    const row = parametersOf('compress').find(({ path }) => path === 'seed')
    if (row === undefined) throw source.error(node, 'There is no seed.')
    const read = readSeeds(row, text, first)
    if ('problem' in read) throw source.error(node, `seeds: ${read.problem}`)
    return read.seeds
  }

  /** `network` beside the configuration, or several below `vary`. */
  #networks(varied: readonly YamlEntry[]): readonly NamedInFile[] {
    const one = this.#find('network')
    const several = varied.find(({ key }) => key === 'network')
    if (one !== undefined && several !== undefined) {
      throw this.#source.error(
        several.keyNode,
        'The network is named already, and varies here.',
        'Leave one of them out.',
      )
    }
    const node = one ?? several?.node
    return node === undefined ? [] : this.#source.items(node).map((item) => this.#named(item, 'network'))
  }

  #named(node: Node, what: string): NamedInFile {
    return { name: String(this.#source.scalar(node, what)), where: `${this.#source.placeOf(node)}: ${what}` }
  }

  #count({ key, node }: YamlEntry): number {
    const value = this.#source.scalar(node, key)
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value
    throw this.#source.error(node, `${key} takes a whole number from 1 on, got ${String(value)}.`)
  }

  #find(key: string): Node | undefined {
    return this.#entries.find((entry) => entry.key === key)?.node
  }

  #needed(key: string, example: string): Node {
    const node = this.#find(key)
    if (node !== undefined) return node
    throw this.#source.error(this.#source.root, `The sweep has no ${key}.`, `Add a line such as: ${example}`)
  }
}
