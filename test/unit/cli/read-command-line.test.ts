import { describe, expect, it } from 'vitest'
import { commands } from '#cli/commands/index.ts'
import { parserOptions } from '#cli/option.ts'
import { optionsOf, readCommandLine, type RunRequest } from '#cli/read-command-line.ts'
import { UsageError } from '#cli/usage-error.ts'

function runOf(...args: readonly string[]): RunRequest {
  const request = readCommandLine(args)
  if (request.kind === 'run') return request
  throw new Error(`Help came of: ${args.join(' ')}`)
}

function helpOf(...args: readonly string[]): string {
  const request = readCommandLine(args)
  if (request.kind === 'help') return request.text
  throw new Error(`No help came of: ${args.join(' ')}`)
}

function errorOf(...args: readonly string[]): Pick<UsageError, 'message' | 'remedy'> {
  try {
    readCommandLine(args)
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    return { message: thrown.message, remedy: thrown.remedy }
  }
  throw new Error(`Nothing is wrong with: ${args.join(' ')}`)
}

describe('a command line', () => {
  it('has options before, between and behind the arguments of a command, and in both ways to write them', () => {
    const { command, positionals, options } = runOf('experiments', 'compare', '--split=train', 'a', '--json', 'b c')
    expect({ name: command.name, positionals }).toEqual({ name: 'experiments compare', positionals: ['a', 'b c'] })
    expect(options).toMatchObject({ split: 'train', json: true })
  })

  it('takes what stands behind two dashes for arguments', () => {
    expect(runOf('network', 'show', '--', '--odd').positionals).toEqual(['--odd'])
    expect(runOf('network', 'show', '--json', '--', '--json')).toMatchObject({
      positionals: ['--json'],
      options: { json: true },
    })
  })

  it('collects an option that may be repeated, and takes the last of another', () => {
    const settings = ['--set', 'a=1', '--set', 'b=2=3', '--seed', '1', '--seed', '2']
    expect(runOf('demo', ...settings).options).toMatchObject({ set: ['a=1', 'b=2=3'], seed: '2' })
    expect(runOf('demo').options).toMatchObject({ set: [] })
  })

  it('gives values their types and defaults', () => {
    expect(runOf('importance', 'e', '--fractions', '0, 0.5', '--limit', '12').options).toMatchObject({
      fractions: [0, 0.5],
      limit: 12,
      level: 'weight',
      split: 'validation',
    })
    expect(runOf('doctor').options).toMatchObject({ probe: true })
    expect(runOf('doctor', '--no-probe').options).toMatchObject({ probe: false })
    expect(runOf('dataset', 'import', 'x', '--dry-run').options).toMatchObject({ dryRun: true, accept: false })
  })

  it('says where to compute', () => {
    expect(runOf('doctor').executor).toEqual({})
    expect(runOf('doctor', '--provider', 'webgpu', '--threads', '0').executor).toEqual({
      provider: 'webgpu',
      threads: 0,
    })
  })
})

describe('wrong use', () => {
  it.each([
    ['dataset import', ['']],
    ['network import', [' ']],
    ['inspect', ['']],
    ['dataset list', ['--store', '']],
    ['export', ['my experiment', '--out', '']],
    ['demo', ['--set', '']],
  ])('is an empty text for %s, not the current folder', (name, rest) => {
    expect(errorOf(...name.split(' '), ...rest).message).toMatch(/takes a value, got an empty one/)
  })

  it('is an option in place of the value of another', () => {
    expect(errorOf('demo', '--name', '--json')).toEqual({
      message: '--name takes a value, got --json.',
      remedy: 'If that is its value, write --name=--json.',
    })
    expect(runOf('demo', '--name=--json').options).toMatchObject({ name: '--json', json: false })
  })

  it.each([
    [['netwrok', 'list'], 'There is no command netwrok list.', 'Did you mean network list?'],
    [['network', 'lst', 'x', '--json'], 'There is no command network lst.', 'Did you mean network list?'],
    [['queue'], 'studio queue is no whole command.', expect.stringContaining('queue add, queue list')],
    [['help', 'nonsense'], 'There is no command nonsense.', undefined],
    [['--json', 'network', 'list'], 'A command comes first.', expect.stringContaining('studio network list --json')],
    [['network', 'list', '--jsn'], "Unknown option '--jsn'.", 'Did you mean --json?'],
    [['network', 'list', '--json=true'], "Unknown option '--json=true'.", undefined],
    [['network', 'show'], "Missing required argument 'NAME'.", undefined],
    [['demo', '--seed'], "Option '--seed NUMBER' argument missing.", undefined],
    [['network', 'evaluate', 'n'], "Required option '--dataset DATASET' not specified.", undefined],
    [['doctor', '--threads', '1.5'], '--threads takes a whole number of at least 0, got 1.5.', undefined],
    [['doctor', '--executor', 'fast'], expect.stringContaining('--executor takes onnxruntime, '), undefined],
    [['importance', 'e', '--fractions', '0,half'], '--fractions takes numbers between commas, got half.', undefined],
    [['importance', 'e', '--seeds', '1,'], '--seeds takes numbers between commas, got an empty one.', undefined],
  ])('is told: %j', (args, message, remedy) => {
    expect(errorOf(...args)).toEqual({ message, remedy })
  })
})

describe('the help', () => {
  it('is the same however it is asked for', () => {
    expect(helpOf('help', 'network', 'import')).toBe(helpOf('network', 'import', '--help'))
    expect(helpOf('network', 'import', '-h', '--json')).toBe(helpOf('network', 'import', '--help'))
    expect(helpOf('help')).toBe(helpOf())
    expect(readCommandLine(['queue', 'list', '--help'])).toMatchObject({ value: { usage: '[options]' } })
  })

  it('has a line for every command in the overview', () => {
    const lines = helpOf().split('\n')
    for (const { name, summary } of commands) {
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^  ${name} +${escaped(summary)}$`)))
    }
  })

  it.each(commands.map((command) => [command.name, command] as const))(
    'of %s tells what its arguments and options do',
    (name, command) => {
      // Wrapped lines are joined, so that sentences can be found.
      const text = helpOf(...name.split(' '), '--help').replaceAll(/\s+/g, ' ')
      expect(text).toContain(command.summary)
      for (const positional of command.positionals) expect(text).toContain(`${positional.name} ${positional.about}`)
      for (const { flags, description } of parserOptions(optionsOf(command))) {
        expect(description).toMatch(/^[A-Z].{8,}\.$/)
        expect(text).toContain(`${flags.replaceAll(/[<>]/g, '')} ${description}`)
      }
    },
  )
})

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}
