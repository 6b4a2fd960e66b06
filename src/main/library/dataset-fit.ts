/** Whether a network and a data set belong together, asked before anything starts. All throw `dataset-mismatch`. */
import { imageMisfit, type SeenImages } from '#networks/image-fit.ts'
import type { DatasetRecord, NetworkRecord, SplitName } from '#shared/protocol/records.ts'
import { AppException } from '#shared/basics/result.ts'

/** What decides it. */
export type FittedDataset = Pick<DatasetRecord, 'name' | 'kind' | 'classNames' | 'imageShape' | 'counts'>

/** Throws unless the labels of the data set are the network's classes, and it can look at the images. */
export function assertFit(
  network: Pick<NetworkRecord, 'name' | 'classes'>,
  graph: SeenImages,
  dataset: FittedDataset,
): void {
  const classes = dataset.classNames.length
  if (network.classes !== classes) {
    const isPart = dataset.kind === 'image-folder' && classes < network.classes
    throw mismatch(
      `${network.name} tells ${network.classes} classes apart, ${dataset.name} has ${classes}.`,
      isPart
        ? "If its classes are some of the network's, put a classes.txt into the folder (the folder names of all " +
            `${network.classes} classes in the network's order, one a line) and import it again.`
        : 'Choose the data set the network was trained on.',
    )
  }
  assertImagesFit(network.name, graph, dataset)
}

/** Throws unless the network can look at all of each image, or at its centre. */
export function assertImagesFit(name: string, network: SeenImages, dataset: FittedDataset): void {
  const misfit = imageMisfit(network, dataset.imageShape)
  if (misfit === undefined) return
  const { height } = network.inputShape
  throw mismatch(
    `${name} ${misfit} in ${dataset.name}.`,
    dataset.kind === 'image-folder'
      ? `Import the folder again with the stored size ${Math.round(height / 0.875)} (--size), for a centre of ${height} pixels.`
      : 'Choose the data set the network was trained on.',
  )
}

/** Throws unless the split has at least so many images. */
export function assertImages(dataset: FittedDataset, split: SplitName, least: number, purpose: string): void {
  const found = dataset.counts[split]
  if (found >= least) return
  throw mismatch(
    `The ${split} split of ${dataset.name} has ${found} images; ${least} are needed to ${purpose}.`,
    dataset.kind === 'image-folder'
      ? 'Import the folder again, cut into splits (--split hash), or with train and val folders in it.'
      : 'Choose another data set, or smaller batches.',
  )
}

function mismatch(message: string, remedy: string): AppException {
  return new AppException({ code: 'dataset-mismatch', message, remedy })
}
