import { describe, expect, it, test } from 'vitest'
import { ClusterForm } from '#renderer/features/clusters/cluster-form.svelte.ts'
import { connectionSentence } from '#renderer/features/clusters/connection-sentence.ts'
import { placeText } from '#renderer/features/clusters/place-text.ts'
import { remoteFacts } from '#renderer/features/clusters/remote-facts.ts'
import { WindowClusters } from '#renderer/state/clusters.svelte.ts'
import { defaultResources } from '#shared/cluster/cluster-config.ts'
import { ScriptedApi } from '#test/support/scripted-api.ts'

const uni = { ...defaultResources, name: 'uni', host: 'login', folder: '~/nern' }

describe('the form of a cluster', () => {
  it('needs a name and a host, and asks for the usual', () => {
    const form = new ClusterForm()
    expect([form.config, form.problemOf('name')]).toEqual([undefined, undefined])
    Object.assign(form.typed, { name: 'uni', host: 'login', folder: '~/nern' })
    expect(form.config).toEqual(uni)
  })

  it('says at a value what is wrong with it', () => {
    const form = new ClusterForm(uni)
    form.typed.host = '-oProxyCommand=sh'
    form.typed.extraOptions = '--array=1'
    form.typed.cpus = '0'
    expect([form.problemOf('host'), form.problemOf('extraOptions'), form.problemOf('partition')]).toEqual([
      'an alias of ~/.ssh/config, or user@host.',
      'the studio sets this option itself.',
      undefined,
    ])
    expect([form.config, form.problemOf('cpus')]).toEqual([undefined, expect.any(String)])
  })

  it('shows one that is changed as it is, and gives it back so', () => {
    const config = { ...uni, partition: 'cpu', extraOptions: ['--constraint=avx512', '--exclusive'] }
    const form = new ClusterForm(config)
    expect(form.typed.extraOptions).toBe('--constraint=avx512 --exclusive')
    expect(form.config).toEqual(config)
  })
})

test('a run on a cluster is told as far as it is known', () => {
  const waiting = { cluster: 'uni', state: 'waiting', reason: 'Priority', startsAt: '2030-01-01T14:05:00' } as const
  expect(remoteFacts(waiting, true)).toEqual([
    { name: 'Cluster', value: 'uni' },
    { name: 'Slurm says', value: 'Priority' },
    { name: 'Starts about', value: '2030-01-01 14:05' },
  ])
  const done = { cluster: 'uni', state: 'ended', node: 'n7', cpuModel: 'EPYC', arrayJobId: 7, task: 3 } as const
  expect(remoteFacts({ ...done, reason: 'None' }, false).map(({ value }) => value)).toEqual([
    'uni',
    'n7',
    'EPYC',
    '7_3',
  ])
  expect([placeText(waiting), placeText({ ...done, state: 'running' })]).toEqual(['uni', 'uni, node n7'])
})

test('how a cluster was reached is said in a sentence', () => {
  expect([
    connectionSentence({ state: 'unknown' }),
    connectionSentence({ state: 'busy', phase: 'uploading', done: 1, total: 4 }),
    connectionSentence({ state: 'busy', phase: 'unpacking', done: 0, total: 0 }),
  ]).toEqual(['not asked yet', expect.stringMatching(/^uploading, 25\s?%$/), 'unpacking'])
})

test('a window follows clusters, their checks, and what ssh asks', async () => {
  const record = { config: uni, connection: { state: 'unknown' }, experiments: 0 } as const
  const api = new ScriptedApi({ 'clusters.list': async () => [record] })
  const clusters = new WindowClusters(api)
  await clusters.list.load()
  expect(clusters.list.value).toEqual([record])
  api.announce('clusters-changed', { clusters: [] })
  const step = { name: 'login', title: 'Log in', status: 'ok', detail: 'login1' } as const
  api.announce('cluster-checked', { name: 'uni', steps: [step] })
  expect([clusters.list.value, clusters.checks.get('uni')]).toEqual([[], [step]])
  for (const questionId of ['ask-1', 'ask-2'])
    api.announce('cluster-asked', { questionId, cluster: 'uni', prompt: 'PIN', isAgain: false })
  expect(clusters.question?.questionId).toBe('ask-1')
  api.announce('cluster-question-ended', { questionId: 'ask-1' })
  expect(clusters.question?.questionId).toBe('ask-2')
  clusters.forget('ask-2')
  expect(clusters.question).toBeUndefined()
  clusters.dispose()
})
