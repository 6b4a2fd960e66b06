import type { CommandInput } from '#shared/protocol/contract.ts'
import { importsTexts } from './texts.ts'

type NetworkFile = Pick<CommandInput<'networks.import'>, 'architecture' | 'key' | 'inputSize'>

/** What somebody says of a network file that does not say it itself; empty texts leave it to the file. */
export class NetworkFileChoice {
  architecture = $state('')
  key = $state('')
  inputSizeText = $state('')

  get inputSizeProblem(): string | undefined {
    if (this.inputSizeText === '') return undefined
    const size = Number(this.inputSizeText)
    return Number.isInteger(size) && size >= 1 && size <= 4096 ? undefined : importsTexts.inputSizeProblem
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
