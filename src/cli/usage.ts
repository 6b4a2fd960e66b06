import type { Command } from './command.ts'

const everywhere = `Everywhere:
  --store DIR        the store to work on (default: NERN_STORE, else the folder for application data)
  --json             the result as JSON on stdout; progress and errors stay on stderr
  --executor E       onnxruntime (default), tensorflow, reference
  --provider P       cpu (default), webgpu, cuda, dml, coreml
  --threads N        threads of the executor; 0 = all physical cores
  --help             this text, or that of a command

Networks, data sets, experiments and presets are found by name without regard to case, blanks, hyphens, underscores
and dots (cifar10 is CIFAR-10); records by id, too, and by the beginning of one.

Exit codes: 0 done, 1 failed, 2 wrong use.`

/** All commands with their sentences. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return ['usage: studio COMMAND [options]', '', 'Commands:', ...lines, '', everywhere].join('\n')
}

export function commandUsage({ name, usage, summary }: Command): string {
  return `usage: studio ${name}${usage === '' ? '' : ` ${usage}`}\n${summary}`
}
