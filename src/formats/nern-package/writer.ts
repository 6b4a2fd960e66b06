import type { LayerPermutation } from '#shared/network/layer-permutation.ts'
import type { PackageDescription } from '#shared/package/package-description.ts'
import type { StoredTensors } from '#shared/tensors/stored-tensor.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { predictedShapeOf } from '#shared/tensors/represented-shape.ts'
import { AppException } from '#shared/basics/result.ts'
import { SectionsToWrite } from '../package-container/writer.ts'
import { additionsOf } from './additions.ts'
import { nernPackageKind } from './description.ts'
import { encodeOrders } from './layer-orders.ts'
import { encodePredictor } from './predictor-table.ts'
import { ordersSection, precisions, sectionDtypes, sectionName } from './sections.ts'
import { encodeTensors } from './tensor-table.ts'

/** Everything in a package. */
export interface NernPackage extends Pick<
  PackageDescription,
  'network' | 'layers' | 'embedding' | 'config' | 'accuracies'
> {
  readonly predictorShape: Omit<PackageDescription['predictor'], 'tensors' | 'activation' | 'parts'> & {
    /** Kernels of each part. */
    readonly parts?: readonly number[]
  }
  /**
   * `predictor.<block>.weight` [outputs, inputs] and `.bias`, block by block; with parts the rows of all of them, one part
   * after another.
   */
  readonly predictor: StoredTensors
  /** One a layer, all of one mode; empty without a permutation. */
  readonly orders: readonly LayerPermutation[]
  /** Tensors that are not represented, by their original names. */
  readonly kept: StoredTensors
}

/**
 * Bytes of a package (docs/format.md). Equal content gives equal bytes with one version of zlib.
 * Throws `invalid-argument` when orders do not fit their layers or a tensor its shape.
 */
export function writePackage(content: NernPackage): Uint8Array<ArrayBuffer> {
  const { network, layers, embedding, predictorShape, orders, config, accuracies } = content
  assertOrders(content)
  const { parts, ...shape } = predictorShape
  const predictor = encodePredictor(content.predictor)
  const kept = encodeTensors(content.kept)
  const sections = new SectionsToWrite()
  for (const [owner, table] of [['predictor', predictor] as const, ['kept', kept] as const]) {
    for (const precision of precisions) {
      sections.add(sectionName(owner, precision), sectionDtypes[precision], table.sections[precision])
    }
  }
  if (orders.length > 0) sections.add(ordersSection, 'uint8', encodeOrders(orders))
  const { architecture, classes } = network
  const described: Pick<PackageDescription, 'layers' | 'embedding' | 'predictor' | 'kept'> = {
    layers: layers.map(({ shape, ...layer }) => ({ ...layer, shape: [...shape] })),
    embedding,
    predictor: {
      ...shape,
      ...(parts === undefined ? {} : { parts: [...parts] }),
      activation: 'relu',
      tensors: [...predictor.entries],
    },
    kept: [...kept.entries],
  }
  const version = additionsOf(described).reduce<PackageDescription['version']>(
    (lowest, addition) => (addition.version > lowest ? addition.version : lowest),
    1,
  )
  return sections.seal(nernPackageKind, { architecture, classes }, (checksums): PackageDescription => ({
    version,
    network,
    layers: described.layers,
    embedding,
    predictor: described.predictor,
    permutation: orders[0]?.mode ?? 'none',
    kept: described.kept,
    checksums,
    config,
    accuracies,
  }))
}

function assertOrders({ layers, orders }: NernPackage): void {
  if (orders.length === 0) return
  const isFitting = orders.every((order, at) => {
    const layer = layers[at]
    const [filters, channels] = layer === undefined ? [0, 0] : predictedShapeOf(layer)
    const isSameMode = order.mode === orders[0]?.mode
    if (order.mode === 'cross-filter') return isSameMode && order.order.length === filters * channels
    return (
      isSameMode && order.filterOrder.length === filters && order.channelOrders.length === sizeOf([filters, channels])
    )
  })
  if (isFitting && orders.length === layers.length) return
  throw new AppException({
    code: 'invalid-argument',
    message: `${layers.length} layers need one order each, of one mode and their own size.`,
  })
}
