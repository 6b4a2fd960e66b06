import { once } from 'node:events'
import { enqueue, get, interruptibleConfig, outcomeOf, reaches, reachesCheckpointAfter } from './experiments.ts'
import { expect, test } from './fixtures.ts'
import { ask, quit, show, trainerPid } from './launch.ts'

test.use({ start: 'library' })

test('kill -9 of trainer and of app: the run goes on from its checkpoint to the same last bit', async ({ launch }) => {
  let studio = await launch()
  const whole = await enqueue(studio, 'Undisturbed', interruptibleConfig())
  await reaches(studio, whole.id, 'completed')
  const expected = await outcomeOf(studio, whole.id)

  await test.step('the trainer is killed', async () => {
    const { id } = await enqueue(studio, 'Trainer killed', interruptibleConfig())
    await reachesCheckpointAfter(studio, id, 0)
    process.kill(await trainerPid(studio), 'SIGKILL')
    await reaches(studio, id, 'completed')
    const run = (await get(studio, id)).latestRun
    const log = await ask(studio.page, 'runs.log', { id: run?.id ?? '' })
    expect(log.map(({ text }) => text).join('\n')).toMatch(/The trainer died at step .*killed/)
    expect(await outcomeOf(studio, id)).toStrictEqual(expected)
  })

  await test.step('the app is killed', async () => {
    const { id } = await enqueue(studio, 'App killed', interruptibleConfig())
    const waiting = await enqueue(studio, 'Waiting', interruptibleConfig())
    await reachesCheckpointAfter(studio, id, 0)
    const exited = once(studio.process, 'exit')
    studio.process.kill('SIGKILL')
    await exited

    studio = await launch()
    await show(studio, { name: 'queue' })
    await expect(studio.page.getByRole('button', { name: 'App killed', exact: true })).toBeVisible()
    await expect(studio.page.getByRole('list', { name: 'Waiting experiments' })).toContainText('Waiting')
    await reaches(studio, id, 'completed')
    await ask(studio.page, 'queue.cancel', { ids: [waiting.id] })
    expect(await outcomeOf(studio, id)).toStrictEqual(expected)
  })
  expect(await quit(studio)).toBe(0)
})

test('quitting, by menu or by a signal, asks the run for a checkpoint and leaves it in the queue', async ({
  launch,
}) => {
  const first = await launch()
  const { id } = await enqueue(first, 'Quit', interruptibleConfig())
  await reachesCheckpointAfter(first, id, 0)
  const before = (await get(first, id)).latestRun?.step ?? 0
  expect(await quit(first)).toBe(0)

  const second = await launch()
  await reaches(second, id, 'running')
  expect((await get(second, id)).latestRun?.step ?? 0).toBeGreaterThanOrEqual(before)
  const reached = (await get(second, id)).latestRun?.step ?? 0
  const exited = once(second.process, 'exit')
  second.process.kill('SIGQUIT')
  expect(await exited).toEqual([0, null])

  const third = await launch()
  await reaches(third, id, 'running')
  expect((await get(third, id)).latestRun?.step ?? 0).toBeGreaterThanOrEqual(reached)
  await ask(third.page, 'queue.cancel', { ids: [id] })
  await reaches(third, id, 'cancelled')
  expect(await quit(third)).toBe(0)
})
