import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { expect, it } from 'vitest'

const projectFolder = join(import.meta.dirname, '../../..')
const readable = new Set(['.md', '.mjs', '.svelte', '.ts', '.yml', '.py'])

/** Files of the project that people read, by their path in it. */
const files = [
  ...readdirSync(projectFolder, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : [])),
  ...['build', 'docs', 'resources', 'scripts', 'src', 'test'].flatMap((folder) =>
    readdirSync(join(projectFolder, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  ),
].filter((file) => readable.has(extname(file)) || file === '.npmrc')

const adrs = readdirSync(join(projectFolder, 'docs/adr'))

/** Pages that a file names and that are not there: as links, as paths of pages, as numbers of decisions. */
function missingPages(file: string, text: string): readonly string[] {
  const links = [...text.matchAll(/\]\(((?:\.{1,2}\/)?[\w./-]+\.md)/g)].map((match) =>
    join(dirname(file), match[1] ?? ''),
  )
  const pages = [...text.matchAll(/\bdocs\/[\w-]+\.md/g)].map((match) => match[0])
  const decisions = [...text.matchAll(/\bdocs\/adr\/(\d{4})/g)].map((match) => match[1] ?? '')
  return [
    ...[...(extname(file) === '.md' ? links : []), ...pages].filter((path) => !existsSync(join(projectFolder, path))),
    ...decisions.filter((number) => !adrs.some((name) => name.startsWith(number))),
  ]
}

it('finds a page that is not there', () => {
  // Put together here, so that this very file names no missing page.
  const missing = ['docs', 'nowhere.md'].join('/')
  expect(
    missingPages('docs/store.md', `[a](format.md) [b](./nowhere.md) ${missing} ${['docs', 'adr', '9999'].join('/')}`),
  ).toEqual([missing, missing, '9999'])
})

it('every page that a file of the project names is there', () => {
  const missing = files.flatMap((file) =>
    missingPages(file, readFileSync(join(projectFolder, file), 'utf8')).map((page) => `${file}: ${page}`),
  )
  expect(missing).toEqual([])
})
