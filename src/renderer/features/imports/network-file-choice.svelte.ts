import type { CommandInput } from '#shared/protocol/contract.ts'

type NetworkFile = Pick<CommandInput<'networks.import'>, 'architecture' | 'key' | 'inputSize'>

/** What somebody says of a network file that does not say it itself; empty texts leave it to the file. */
export class NetworkFileChoice {
  architecture = $state('')
  key = $state('')
  inputSizeText = $state('')

  get inputSizeProblem(): string | undefined {
    if (this.inputSizeText === '') return undefined
    const size = Number(this.inputSizeText)
    return Number.isInteger(size) && size >= 1 && size <= 4096 ? undefined : 'Whole pixels, 1 to 4096.'
  }

  /** What it comes to; only when nothing is wrong. */
  get value(): NetworkFile {
    return {
      architecture: this.architecture === '' ? undefined : this.architecture,
      key: this.key === '' ? undefined : this.key,
      inputSize: this.inputSizeText === '' ? undefined : Number(this.inputSizeText),
    }
  }
}
