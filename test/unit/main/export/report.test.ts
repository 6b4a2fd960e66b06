import { expect, it } from 'vitest'
import { exportFileName } from '#main/export/file-name.ts'
import { html, Markup } from '#main/export/markup.ts'
import { reportData } from '#main/export/report-data.ts'
import { reportHtml } from '#main/export/report-html.ts'
import { completedRun, experimentRecord } from '#test/support/experiment-records.ts'
import { datasetRecord, networkRecord } from '#test/support/records.ts'

const hostile = `<img src=x onerror="alert('1')">&`

function report(text: string): string {
  const run = completedRun({ correct: 9100 })
  if (run.result?.kind !== 'compress') throw new Error('no result')
  const result = { ...run.result, layers: [{ name: text, shape: [64, 64, 3, 3], relativeError: 0.2 }] }
  return reportHtml(
    reportData({
      experiment: experimentRecord({ name: text, notes: text }),
      recipe: { yaml: `${text}\n`, command: text },
      run: { ...run, device: text },
      result,
      network: networkRecord({ name: text, origin: { kind: 'imported', source: text, format: text, sha256: text } }),
      dataset: datasetRecord({ name: text, evidence: text }),
      package: { fileName: text, sizeBytes: 1, sha256: text },
      versions: { [text]: text },
    }),
  )
}

it('escapes every text, wherever it comes from', () => {
  const page = report(hostile)
  expect(page).not.toContain('<img')
  expect(page.split('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;').length).toBeGreaterThan(12)
  // Without the hostile text the page is built of the same tags.
  const tags = (text: string) => text.match(/<[a-z]+/g)?.sort()
  expect(tags(page)).toEqual(tags(report('harmless')))
})

it('says accuracy, bytes, hashes and preprocessing', () => {
  const page = report('mine')
  expect(page).toContain('Kernels come from the predictor: near those of the original, not to the bit.')
  for (const text of ['91.00 %', '−0.73 points', 'c'.repeat(64), 'Classifier', '20.00 %', 'ImageNet: mean 0.485'])
    expect(page).toContain(text)
})

it('lets no piece into a template unescaped but markup', () => {
  expect(html`<p>${'<b>'}${new Markup('<i>')}${3}${[html`<u>${'&'}</u>`]}</p>`.text).toBe(
    '<p>&lt;b&gt;<i>3<u>&amp;</u></p>',
  )
})

it.each([
  ['ResNet-20, hidden 160', 'ResNet-20-hidden-160'],
  ['../../etc/passwd', 'etc-passwd'],
  ['Größe 3×3 網絡', 'Größe-3-3-網絡'],
  ['...', 'exp-1'],
  ['con', 'exp-1'],
  ['nul.txt', 'exp-1'],
  ['trailing. ', 'trailing'],
  ['x'.repeat(300), 'x'.repeat(100)],
])('names the files of %s %s', (name, expected) => {
  expect(exportFileName(name, 'exp-1')).toBe(expected)
})
