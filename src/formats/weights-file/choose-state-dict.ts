/** Which of the state dicts of a file is the network's: the only one, the only known network, or the one that was named. */
import { comparisonBudget } from '#networks/network-subtrees.ts'
import type { StateDictChoice } from '#shared/protocol/trainer-protocol.ts'
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { unreadError } from '../pytorch/state-dicts.ts'
import { candidatesOf, contentOf, type Candidate } from './state-dict-candidates.ts'
import { topLevelKey, type TensorDicts } from '../tensor-dict.ts'

/** Where training scripts keep the state dict beside epoch, accuracy and optimiser; in this order where none is known. */
const usualKeys = ['state_dict', 'model_state_dict', 'model', 'net'] as const

export interface ChosenStateDict {
  readonly candidate: Candidate
  /** All that a user may choose from, this one among them; one where there is no choice. */
  readonly choices: readonly StateDictChoice[]
  /** What was taken and what was not, a sentence each. */
  readonly notes: readonly string[]
}

/**
 * The candidate that `key` names, or without a key the one that is a known network; where none is known, one under a
 * usual key, or else the one with the most tensors. Throws `not-found` for a key that is not there,
 * `weights-file-ambiguous` where several known networks are, `file-unsafe` or `file-unsupported` where a weight is no tensor
 * that is read.
 */
export function chooseStateDict(file: NamedFile, { dicts, foreign }: TensorDicts, key?: string): ChosenStateDict {
  const candidates = allCandidates(dicts)
  const all = choosable(candidates)
  const candidate = key === undefined ? theOne(file, all) : named(file, candidates, all, key)
  const others = all.filter((other) => other !== candidate)
  // A known network is complete as it is.
  if (!candidate.isNetwork) assertRead(file, candidate)
  const notes = [...placeNote(candidate, others), ...leftOutNote(candidate), ...foreignNote(foreign)]
  return { candidate, choices: all.map(choiceOf), notes }
}

/** The state dicts that a user may choose from; one where there is no choice. */
export function stateDictChoices({ dicts }: TensorDicts): readonly StateDictChoice[] {
  return choosable(allCandidates(dicts)).map(choiceOf)
}

function choiceOf({ key, tensors, isNetwork }: Candidate): StateDictChoice {
  return { key, tensors: tensors.length, isKnown: isNetwork }
}

function allCandidates(dicts: TensorDicts['dicts']): readonly Candidate[] {
  const budget = comparisonBudget()
  return dicts.flatMap((dict) => candidatesOf(dict, budget))
}

function named(
  file: NamedFile,
  candidates: readonly Candidate[],
  choices: readonly Candidate[],
  key: string,
): Candidate {
  const candidate = candidates.find((other) => other.key === key)
  if (candidate !== undefined) return candidate
  const problem = `expected a state dict under ${quoted(key)}, found ${listed(choices)}`
  throw fileError(file, 'not-found', problem, `key ${quoted(key)}`, 'Name one of those that are there (--key NAME).')
}

function theOne(file: NamedFile, choices: readonly Candidate[]): Candidate {
  const networks = choices.filter(({ isNetwork }) => isNetwork)
  if (networks.length > 1) {
    const problem = `expected the tensors of one network, found several: ${listed(networks)}`
    const remedy = 'Choose one of them: --key NAME on the command line, or in the window where it is imported.'
    throw fileError(file, 'weights-file-ambiguous', problem, 'its state dicts', remedy)
  }
  const usual = usualKeys.flatMap((key) => choices.filter((choice) => choice.key === key))
  const [largest] = choices.toSorted((left, right) => right.tensors.length - left.tensors.length)
  const candidate = networks[0] ?? usual[0] ?? largest
  if (candidate === undefined) throw new RangeError('a file of tensors has at least one dict of them')
  return candidate
}

/** Candidates with a weight, if any has one: beside them lie best accuracies and random states. None twice. */
function choosable(candidates: readonly Candidate[]): readonly Candidate[] {
  const weighty = candidates.filter(({ tensors }) => tensors.some(({ shape }) => shape.length >= 2))
  const choices = weighty.length > 0 ? weighty : candidates
  if (choices.length === 1) return choices
  const seen = new Set<string>()
  return choices.filter((candidate) => {
    const content = contentOf(candidate)
    if (content === undefined) return true
    const isNew = !seen.has(content)
    seen.add(content)
    return isNew
  })
}

const mostListed = 8

function listed(candidates: readonly Candidate[]): string {
  const shown = candidates.slice(0, mostListed).map(({ key, tensors }) => `${quoted(key)} (${countOf(tensors)})`)
  return [...shown, ...(candidates.length > mostListed ? [`${candidates.length - mostListed} more`] : [])].join(', ')
}

function countOf({ length }: readonly unknown[]): string {
  return `${length} tensor${length === 1 ? '' : 's'}`
}

/** A weight that is no tensor belongs to the state dict; anything else under a name in it may be left out. */
const weightName = /(^|\.)(weight|bias|running_mean|running_var)([._]\w+)*$/

function assertRead(file: NamedFile, { dict, prefix }: Candidate): void {
  for (const [name, found] of dict.unread) {
    if (!weightName.test(name) || (prefix !== '' && !name.startsWith(`${prefix}.`))) continue
    throw unreadError(file, name, found)
  }
}

function placeNote({ key, isNetwork }: Candidate, others: readonly Candidate[]): readonly string[] {
  if (key === topLevelKey && others.length === 0) return []
  const place = key === topLevelKey ? 'The tensors at the top of the file were taken' : `Taken from ${quoted(key)}`
  if (others.length === 0) return [`${place}.`]
  const only = isNetwork && others.every((other) => !other.isNetwork) ? ', the only known network' : ''
  return [`${place}${only}; left alone: ${listed(others)}.`]
}

function leftOutNote({ leftOut }: Candidate): readonly string[] {
  if (leftOut.length === 0) return []
  const shown = leftOut.slice(0, 3).map(quoted).join(', ')
  return [`Left out beside the network: ${countOf(leftOut)} (${shown}${leftOut.length > 3 ? ', …' : ''}).`]
}

function foreignNote(foreign: readonly string[]): readonly string[] {
  if (foreign.length === 0) return []
  const shown = foreign.slice(0, 5).map(quoted).join(', ')
  return [`Python objects beside the weights were neither made nor run: ${shown}${foreign.length > 5 ? ', …' : ''}.`]
}
