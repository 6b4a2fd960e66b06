import type { ImportedDataset } from '#shared/protocol/commands/datasets.ts'
import type { ImportedNetwork } from '#shared/protocol/commands/networks.ts'

/** What an import gave; of content that was there already, under which name. @param wanted the name asked for */
export function formatImported(
  description: string,
  { isNew, name }: Pick<ImportedDataset | ImportedNetwork, 'isNew' | 'name'>,
  wanted: string | undefined,
): string {
  if (isNew) return description
  const unused = wanted === undefined || wanted === name ? '' : `; the name ${wanted} was not given`
  return `${description}\n\nThis content was in the store already, as ${name}${unused}.`
}
