import {
  clusterConfigSchema,
  defaultResources,
  resourcesSchema,
  type ClusterConfig,
} from '#shared/cluster/cluster-config.ts'
import { fieldTexts } from './texts.ts'

export type ClusterField = keyof typeof fieldTexts
// The keys of the table are its fields.
export const clusterFields = Object.keys(fieldTexts) as readonly ClusterField[]

/** What a job asks for. */
export const resourceFields = clusterFields.filter((field) => field in resourcesSchema.shape)

const numbers: ReadonlySet<ClusterField> = new Set(['cpus', 'memoryMib', 'timeLimitMinutes', 'atOnce'])
const optional: ReadonlySet<ClusterField> = new Set(['partition', 'account', 'qos'])

/** A cluster as it is typed. */
export class ClusterForm {
  readonly typed = $state<Record<ClusterField, string>>(emptyForm())
  readonly #read = $derived(clusterConfigSchema.safeParse(this.#values()))

  /** @param config of the cluster that is changed */
  constructor(config?: ClusterConfig) {
    if (config === undefined) return
    for (const field of clusterFields) this.typed[field] = textOf(config[field])
  }

  get config(): ClusterConfig | undefined {
    return this.#read.success ? this.#read.data : undefined
  }

  /** What is wrong with a value; nothing is while it is empty, and still has to be typed. */
  problemOf(field: ClusterField): string | undefined {
    if (this.#read.success || this.typed[field].trim() === '') return undefined
    const issue = this.#read.error.issues.find(({ path }) => path[0] === field)
    return issue === undefined ? undefined : `${issue.message}.`
  }

  #values(): Record<string, unknown> {
    const values: Record<string, unknown> = {}
    for (const field of clusterFields) {
      const text = this.typed[field].trim()
      if (field === 'extraOptions') values[field] = text === '' ? [] : text.split(/\s+/)
      else if (numbers.has(field)) values[field] = Number(text)
      else if (text !== '' || !optional.has(field)) values[field] = text
    }
    return values
  }
}

function emptyForm(): Record<ClusterField, string> {
  const { cpus, memoryMib, timeLimitMinutes, atOnce } = defaultResources
  return {
    ...{ name: '', host: '', folder: '~/nern-studio', partition: '', account: '', qos: '', extraOptions: '' },
    ...{ cpus: String(cpus), memoryMib: String(memoryMib) },
    ...{ timeLimitMinutes: String(timeLimitMinutes), atOnce: String(atOnce) },
  }
}

function textOf(value: ClusterConfig[ClusterField]): string {
  return Array.isArray(value) ? value.join(' ') : String(value ?? '')
}
