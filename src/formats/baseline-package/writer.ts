import type { BaselineDescription } from '#shared/package/baseline-description.ts'
import { precisions, sectionDtypes, sectionName } from '../nern-package/sections.ts'
import { encodeTensors } from '../nern-package/tensor-table.ts'
import { SectionsToWrite } from '../package-container/writer.ts'
import { baselinePackageKind, type BaselinePackage } from './kind.ts'
import { encodeLayers } from './layer-table.ts'
import { lowestVersion } from './version.ts'

export interface BaselineWriteOptions {
  /** Whether numbers are entropy coded where that is shorter; else they take exactly their bits. */
  readonly allowsEntropy: boolean
}

/**
 * Bytes of a baseline's package (docs/format.md). Equal content gives equal bytes with one version of zlib.
 * Throws `invalid-argument` when a tensor does not fit its shape.
 */
export function writeBaselinePackage(
  { network, layers, kept, config, accuracies }: BaselinePackage,
  { allowsEntropy }: BaselineWriteOptions,
): Uint8Array<ArrayBuffer> {
  const layerTable = encodeLayers(layers, allowsEntropy)
  const keptTable = encodeTensors(kept, allowsEntropy)
  const sections = new SectionsToWrite()
  for (const precision of ['float16', 'codes'] as const) {
    sections.add(sectionName('layers', precision), sectionDtypes[precision], layerTable.sections[precision])
  }
  for (const precision of precisions) {
    sections.add(sectionName('kept', precision), sectionDtypes[precision], keptTable.sections[precision])
  }
  const { architecture, classes } = network
  return sections.seal(baselinePackageKind, { architecture, classes }, (checksums): BaselineDescription => ({
    version: lowestVersion({ layers: layerTable.entries, kept: keptTable.entries }),
    network,
    layers: [...layerTable.entries],
    kept: [...keptTable.entries],
    checksums,
    config,
    accuracies,
  }))
}
