import { readFile } from 'node:fs/promises'
import { storeLayout } from '#main/store/layout.ts'
import { expect, test } from './fixtures.ts'
import { show, type OpenStudio } from './launch.ts'

/** Process ids of the graphics processes that run now: one, or none while it is started anew. */
function graphicsPids({ app }: OpenStudio): Promise<number[]> {
  return app.evaluate(({ app }) => app.getAppMetrics().flatMap(({ type, pid }) => (type === 'GPU' ? [pid] : [])))
}

test('the page goes on being drawn when the graphics process dies again and again', async ({ studio }) => {
  for (let deaths = 0; deaths < 3; deaths++) {
    await expect.poll(() => graphicsPids(studio)).toHaveLength(1)
    const [pid] = await graphicsPids(studio)
    if (pid === undefined) throw new Error('There is no graphics process.')
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => graphicsPids(studio)).not.toContain(pid)
  }
  const before = await studio.page.screenshot()
  await show(studio, { name: 'settings' })
  expect((await studio.page.screenshot()).equals(before)).toBe(false)
  const logged = async () =>
    (await readFile(storeLayout(studio.storeFolder).log, 'utf8')).match(/graphics process has gone/g)
  await expect.poll(logged).toHaveLength(3)
})
