/** A store with invented experiments that were all measured on the same 10,000 test images. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeImageCache } from '#formats/image-cache/writer.ts'
import { systemClock } from '#main/basics/clock.ts'
import { commitRename } from '#main/files/atomic-write.ts'
import { datasetPath } from '#main/store/layout.ts'
import { loadSqlite } from '#main/store/sqlite.ts'
import { Store } from '#main/store/store.ts'
import { unwrap } from '#shared/basics/result.ts'
import { Random } from '#shared/basics/random.ts'
import { encodeConfidences, encodePredictions } from '#shared/measures/predictions.ts'
import { datasetRecord } from '#test/support/records.ts'
import { inventExperiments } from '../../e2e/invented-experiments.ts'
import { storeFolderIn } from '../../e2e/launch.ts'

const counts = { train: 10, validation: 10, test: 10_000 }
const classes = 10

/** Fills a new store below `folder`; resolves to the ids of `count` finished experiments. */
export async function makeComparedRuns(folder: string, count: number): Promise<readonly string[]> {
  await inventExperiments(folder, 2 * count)
  const layout = await writeDataset(folder)
  const store = await Store.open({ folder: storeFolderIn(folder), program: 'bench', clock: systemClock })
  try {
    const finished = store.experiments
      .list()
      .items.flatMap(({ id }) => store.experiments.get(id))
      .filter(({ status, latestRun }) => status === 'completed' && latestRun !== undefined)
      .slice(0, count)
    measure(store, { networkId: 'net-1' }, 0)
    finished.forEach(({ latestRun }, index) => measure(store, { runId: latestRun?.id ?? '' }, index + 1))
    return finished.map(({ id }) => id)
  } finally {
    await store.close()
    await rm(layout, { recursive: true, force: true })
  }
}

/** Images of nothing: only their labels count. */
async function writeDataset(folder: string): Promise<string> {
  const { classNames } = datasetRecord()
  const store = await Store.open({ folder: storeFolderIn(folder), program: 'bench', clock: systemClock })
  const made = join(store.layout.temporary, 'compared')
  const total = counts.train + counts.validation + counts.test
  const splits = {
    train: { start: 0, count: counts.train },
    validation: { start: counts.train, count: counts.validation },
    test: { start: counts.train + counts.validation, count: counts.test },
  }
  const header = {
    kind: 'cifar10',
    classNames,
    imageShape: [3, 8, 8],
    splits,
    evidence: 'made for a benchmark',
  } as const
  const labels = Uint8Array.from({ length: total }, (_, index) => index % classes)
  const written = unwrap(await writeImageCache(made, header, [{ images: new Uint8Array(total * 3 * 64), labels }]))
  await commitRename(made, datasetPath(store.layout, written.sha256))
  const { database } = store.layout
  await store.close()
  const sqlite = loadSqlite()
  const db = new sqlite(database)
  db.prepare(`UPDATE datasets SET sha256 = ?, counts = ?, image_shape = '[3,8,8]' WHERE id = 'data-1'`).run(
    written.sha256,
    JSON.stringify(counts),
  )
  db.close()
  return made
}

/** About nine of ten are right, each network on other images. */
function measure(store: Store, subject: { networkId: string } | { runId: string }, seed: number): void {
  const random = Random.fromSeed(seed, 'compared runs')
  const first = counts.train + counts.validation
  const labels = Array.from({ length: counts.test }, (_, image) => (first + image) % classes)
  const predicted = Uint16Array.from(labels, (label) => (random.uniform() < 0.91 ? label : (label + 1) % classes))
  const total = counts.test
  store.evaluations.insert({
    subject,
    datasetId: 'data-1',
    split: 'test',
    correct: labels.filter((label, image) => predicted[image] === label).length,
    total,
    device: 'invented',
    predictions: encodePredictions(predicted, classes),
    confidences: encodeConfidences(Float32Array.from({ length: total }, () => random.uniform())),
  })
}
