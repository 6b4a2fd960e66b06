import { expect, test } from 'vitest'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { ImportedDataset } from '#shared/protocol/commands/datasets.ts'
import type { ImportedNetwork } from '#shared/protocol/commands/networks.ts'
import { datasetRecord, networkRecord } from '#test/support/records.ts'
import { LaterAnswer, refusal } from '#test/support/scripted-api.ts'
import { openStudio } from '../support.ts'

const imported = (changes: Partial<ImportedNetwork> = {}): ImportedNetwork => ({
  ...networkRecord({ id: 'net-2', name: 'Mine' }),
  isNew: true,
  notes: [],
  ...changes,
})
const choice = {
  kind: 'network',
  name: ' ',
  networkFile: { architecture: undefined, key: undefined, inputSize: undefined },
  preprocessing: {},
} as const
const picked = { token: 'token-1', fileName: 'resnet20.th' }

async function withCandidate(answers: Partial<CommandHandlers>) {
  const opened = await openStudio({ 'files.pick': async () => picked, ...answers })
  await opened.studio.imports.pick('network')
  return opened
}

test('a picked file is asked about as what it was picked as', async () => {
  const { studio } = await openStudio({ 'files.pick': async () => picked })
  await studio.imports.pick('dataset-folder')
  expect(studio.imports.candidate).toEqual({ ...picked, kind: 'dataset', isKindCertain: true })
})

test('a closed dialog of the system opens none, and a failure is told', async () => {
  const answers = [undefined, refusal('internal', 'No dialog.')]
  const { studio } = await openStudio({
    'files.pick': async () => {
      const answer = answers.shift()
      if (answer instanceof Error) throw answer
      return answer
    },
  })
  await studio.imports.pick('network')
  expect([studio.imports.candidate, studio.toasts.items.length]).toEqual([undefined, 0])
  await studio.imports.pick('network')
  expect([studio.imports.candidate, studio.toasts.items.length]).toEqual([undefined, 1])
})

test.each([
  ['resnet20.pth', 'network', true],
  ['cifar-10-binary.tar.gz', 'dataset', true],
  ['holiday.mov', 'network', false],
] as const)('a dropped %s is taken for a %s', async (name, kind, isKindCertain) => {
  const { studio } = await openStudio()
  await studio.imports.drop(new File([], name))
  expect(studio.imports.candidate).toMatchObject({ fileName: name, kind, isKindCertain })
})

test('an import closes the dialog and opens what came in; no name lets the studio find one', async () => {
  const { studio, api } = await withCandidate({ 'networks.import': async () => imported() })
  await studio.imports.confirm(choice)
  const [input] = api.inputsOf('networks.import')
  expect(input).toMatchObject({ file: 'token-1', preprocessing: {} })
  expect(input).not.toHaveProperty('name')
  expect([studio.imports.candidate, studio.router.route]).toEqual([undefined, { name: 'network', id: 'net-2' }])
  expect(studio.toasts.items).toMatchObject([{ tone: 'positive', title: 'Mine imported' }])
})

test('a network that was there already is opened, and said to have been there', async () => {
  const { studio } = await withCandidate({ 'networks.import': async () => imported({ isNew: false }) })
  await studio.imports.confirm(choice)
  expect(studio.toasts.items).toMatchObject([{ title: 'Mine was in the library already' }])
})

test('a refused import stays open with its reason, and the next try takes the reason away', async () => {
  const answers = [refusal('architecture-unknown', 'It matches nothing.')]
  const { studio } = await withCandidate({
    'networks.import': async () => {
      const refused = answers.shift()
      if (refused !== undefined) throw refused
      return imported()
    },
  })
  await studio.imports.confirm(choice)
  expect([studio.imports.candidate?.token, studio.imports.error?.code]).toEqual(['token-1', 'architecture-unknown'])
  await studio.imports.confirm(choice)
  expect([studio.imports.candidate, studio.imports.error]).toEqual([undefined, undefined])
})

test('while an import runs the dialog stays, a second one does not start, and cancelling closes it', async () => {
  const answer = new LaterAnswer<ImportedNetwork>()
  const { studio, api } = await withCandidate({
    'networks.import': () => answer.promise,
    'tasks.cancel': async () => undefined,
  })
  const { imports } = studio
  const importing = imports.confirm(choice)
  imports.close()
  await imports.confirm(choice)
  await imports.cancel()
  expect([imports.candidate?.token, api.inputsOf('networks.import').length]).toEqual(['token-1', 1])
  expect(api.inputsOf('tasks.cancel')).toEqual([{ taskId: imports.taskId }])
  answer.refuse(refusal('cancelled', 'Cancelled.'))
  await importing
  expect([imports.candidate, imports.error, imports.taskId]).toEqual([undefined, undefined, undefined])
})

test('CIFAR-10 is fetched from the source that was chosen', async () => {
  const came: ImportedDataset = { ...datasetRecord({ id: 'data-2' }), isNew: true }
  const { studio, api } = await openStudio({ 'datasets.import': async () => came })
  studio.imports.offerCifar10()
  expect(studio.imports.candidate?.sources?.map(({ token }) => token)).toEqual(['cifar10', 'download:cifar10'])
  await studio.imports.confirm({ ...choice, kind: 'dataset', token: 'download:cifar10', accept: true })
  expect(api.inputsOf('datasets.import')).toMatchObject([{ file: 'download:cifar10', accept: true }])
  expect(studio.router.route).toEqual({ name: 'dataset', id: 'data-2' })
})

test('a page can take dropped networks in place of the import dialog; data sets are imported all the same', async () => {
  const { studio } = await openStudio()
  const taken: string[] = []
  const giveBack = studio.imports.divertNetworks(({ fileName }) => taken.push(fileName))
  await studio.imports.drop(new File([], 'resnet20.pth'))
  expect([taken, studio.imports.candidate, studio.imports.isDiverted]).toEqual([['resnet20.pth'], undefined, true])
  await studio.imports.drop(new File([], 'cifar-10-binary.tar.gz'))
  expect(studio.imports.candidate).toMatchObject({ kind: 'dataset' })
  giveBack()
  await studio.imports.drop(new File([], 'resnet56.pth'))
  expect([taken.length, studio.imports.candidate?.fileName]).toEqual([1, 'resnet56.pth'])
})

test('a page that has gone does not take drops from the one after it', async () => {
  const { studio } = await openStudio()
  const giveBack = studio.imports.divertNetworks(() => {})
  studio.imports.divertNetworks(() => {})
  giveBack()
  expect(studio.imports.isDiverted).toBe(true)
})
