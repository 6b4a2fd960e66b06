import { expect, it } from 'vitest'
import { documentedCode, mentionedCommands, shellWords } from '#test/support/documented-commands.ts'

const page = `# Title

Some \`npm test\` and
\`studio network
list\`, and \`code\`.

    npm run first    # what it does
    npm run second -- --set a=1 \\
      --set b=2 \\
      --set c=3

    npm run third

- A list
    that goes on, without an empty line before it.

  With code:

      import numpy
      x = numpy.zeros(3)  # kept

\`\`\`sh
npm run fourth
\`\`\`

\`\`\`text
no command, \`npm neither\`
\`\`\`

    npm run fifth \\
`

it('takes commands and Python out of indented and fenced blocks', () => {
  expect(documentedCode('a.md', page)).toEqual({
    commands: [
      { where: 'a.md:7', text: 'npm run first' },
      { where: 'a.md:8', text: 'npm run second -- --set a=1 --set b=2 --set c=3' },
      { where: 'a.md:12', text: 'npm run third' },
      { where: 'a.md:23', text: 'npm run fourth' },
      { where: 'a.md:30', text: 'npm run fifth' },
    ],
    python: [{ where: 'a.md:19', source: 'import numpy\nx = numpy.zeros(3)  # kept' }],
  })
})

it('takes what is named between backticks, over the end of a line too', () => {
  expect(mentionedCommands('a.md', page, ['npm', 'studio'])).toEqual([
    { where: 'a.md:3', text: 'npm test' },
    { where: 'a.md:4', text: 'studio network list' },
  ])
})

it('splits words as a shell does', () => {
  expect(shellWords(`run --name "two words" 'and more' --seed=1`)).toEqual([
    'run',
    '--name',
    'two words',
    'and more',
    '--seed=1',
  ])
})
