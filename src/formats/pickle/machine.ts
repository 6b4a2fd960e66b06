/**
 * An interpreter for the part of Python's pickle language that torch.save and arrays of numpy use (protocols 2 to 5). It builds values of
 * `PickleValue` and nothing else; no code is looked up or called. Names outside `AllowedGlobal` become inert placeholders
 * in a PyTorch checkpoint, where training scripts keep anything beside the weights, and are refused elsewhere (docs/adr/0016).
 */
import { isUtf8 } from 'node:buffer'
import { fileError, quoted } from '../file-error.ts'
import { buildObject, reduce } from './construction.ts'
import type { PickleCursor } from './cursor.ts'
import { isActingGlobal, isAllowedGlobal, type PickleVocabulary } from './globals.ts'
import { foreign, isForeign, persistentStorage } from './tensors.ts'
import { isObject, tupleItems, type PickleValue, type StorageReference } from './values.ts'

/** ResNet-152 needs some 40,000; every opcode makes at most one small value, so this bounds memory. */
const MAX_OPCODES = 4_000_000
/** What a one-byte length can say. Random states beside the weights have integers of 17 bytes. */
const MAX_INTEGER_BYTES = 255

/** Every storage that a pickle refers to, by key; the first reference stands for all. */
export type StorageTable = Map<string, StorageReference>

/** What the pickles of a PyTorch checkpoint refer to. */
export interface PickleReferences {
  readonly storages: StorageTable
  /** Names of Python objects that were not made, in the order they occur. */
  readonly foreign: Set<string>
}

export function noReferences(): PickleReferences {
  return { storages: new Map(), foreign: new Set() }
}

/**
 * Runs one pickle from the cursor's position to its STOP and adds what it refers to to `references`.
 * Throws `AppException` with any of the `file-*` codes.
 */
export function runPickle(cursor: PickleCursor, references: PickleReferences): PickleValue {
  return new PickleMachine(cursor, 'torch', references).run()
}

/**
 * Runs a pickle of plain values and numpy arrays. What Python 2 called str comes as bytes, because arrays keep their
 * elements in one; `textOf` reads names. Throws `AppException` with any of the `file-*` codes.
 */
export function runNumpyPickle(cursor: PickleCursor): PickleValue {
  return new PickleMachine(cursor, 'numpy', noReferences()).run()
}

/** What each vocabulary is for, in the words of an error. */
const expectations = {
  torch: {
    things: 'tensors',
    whole: 'a state dict',
    remedy:
      'If you trust the file, load it in Python and save only its state dict: ' +
      'torch.save(network.state_dict(), path), or safetensors.',
  },
  numpy: {
    things: 'arrays',
    whole: 'a data set',
    remedy: 'Give the unchanged file of the official archive, or the binary version of the data set.',
  },
} as const satisfies Readonly<Record<PickleVocabulary, object>>

class PickleMachine {
  readonly #cursor: PickleCursor
  readonly #vocabulary: PickleVocabulary
  readonly #references: PickleReferences
  /** Values above the newest mark. Values below it wait in `#metastack`. */
  #stack: PickleValue[] = []
  readonly #metastack: PickleValue[][] = []
  readonly #memo = new Map<number, PickleValue>()
  #opcodeOffset = 0

  constructor(cursor: PickleCursor, vocabulary: PickleVocabulary, references: PickleReferences) {
    this.#cursor = cursor
    this.#vocabulary = vocabulary
    this.#references = references
  }

  run(): PickleValue {
    for (let count = 0; count < MAX_OPCODES; count++) {
      this.#opcodeOffset = this.#cursor.position
      const opcode = this.#cursor.uint8()
      if (opcode === 0x2e) return this.#pop() // STOP
      this.#step(opcode)
    }
    throw this.#error('file-unsafe', `expected at most ${MAX_OPCODES} pickle opcodes, found more`)
  }

  #step(opcode: number): void {
    const cursor = this.#cursor
    switch (opcode) {
      case 0x80: // PROTO
        return this.#checkProtocol(cursor.uint8())
      case 0x95: // FRAME: only a hint for buffering
        cursor.bytes(8)
        return
      case 0x28: // MARK
        this.#metastack.push(this.#stack)
        this.#stack = []
        return
      case 0x30: // POP
        this.#pop()
        return
      case 0x31: // POP_MARK
        this.#popToMark()
        return
      case 0x32: // DUP
        return this.#push(this.#top())
      case 0x4e: // NONE
        return this.#push(null)
      case 0x88: // NEWTRUE
        return this.#push(true)
      case 0x89: // NEWFALSE
        return this.#push(false)
      case 0x4a: // BININT
        return this.#push(cursor.int32())
      case 0x4b: // BININT1
        return this.#push(cursor.uint8())
      case 0x4d: // BININT2
        return this.#push(cursor.uint16())
      case 0x8a: // LONG1
        return this.#push(this.#integer(cursor.uint8()))
      case 0x8b: // LONG4
        return this.#push(this.#integer(cursor.uint32()))
      case 0x47: // BINFLOAT
        return this.#push(cursor.float64())
      case 0x58: // BINUNICODE
        return this.#push(cursor.text(cursor.uint32()))
      case 0x8c: // SHORT_BINUNICODE
        return this.#push(cursor.text(cursor.uint8()))
      case 0x8d: // BINUNICODE8
        return this.#push(cursor.text(cursor.length64()))
      case 0x54: // BINSTRING
        return this.#push(this.#python2String(cursor.uint32()))
      case 0x55: // SHORT_BINSTRING
        return this.#push(this.#python2String(cursor.uint8()))
      case 0x42: // BINBYTES
        return this.#push(cursor.bytes(cursor.uint32()))
      case 0x43: // SHORT_BINBYTES
        return this.#push(cursor.bytes(cursor.uint8()))
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return this.#push(cursor.bytes(cursor.length64()))
      case 0x8f: // EMPTY_SET: no weights lie in a set
        return this.#push({ kind: 'irrelevant' })
      case 0x90: // ADDITEMS
        this.#popToMark()
        return this.#assertSet()
      case 0x91: // FROZENSET
        this.#popToMark()
        return this.#push({ kind: 'irrelevant' })
      case 0x29: // EMPTY_TUPLE
        return this.#push({ kind: 'tuple', items: [] })
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#pushTuple(opcode - 0x84)
      case 0x74: // TUPLE
        return this.#push({ kind: 'tuple', items: this.#popToMark() })
      case 0x5d: // EMPTY_LIST
        return this.#push({ kind: 'list', items: [] })
      case 0x6c: // LIST
        return this.#push({ kind: 'list', items: this.#popToMark() })
      case 0x61: // APPEND
        return this.#append([this.#pop()])
      case 0x65: // APPENDS
        return this.#append(this.#popToMark())
      case 0x7d: // EMPTY_DICT
        return this.#push({ kind: 'dict', entries: new Map() })
      case 0x64: // DICT
        this.#pushDict()
        return
      case 0x73: // SETITEM
        return this.#setItems(this.#popMany(2))
      case 0x75: // SETITEMS
        return this.#setItems(this.#popToMark())
      case 0x63: // GLOBAL
        return this.#pushGlobal(cursor.line(), cursor.line())
      case 0x93: // STACK_GLOBAL
        return this.#pushStackGlobal()
      case 0x52: // REDUCE
      case 0x81: // NEWOBJ: a class called with arguments, as REDUCE does for the allowed ones
        return this.#reduce()
      case 0x92: // NEWOBJ_EX: with named arguments, which no allowed one takes
        return this.#makeForeign()
      case 0x62: // BUILD
        return this.#build()
      case 0x51: // BINPERSID
        return this.#pushStorage(this.#pop())
      case 0x71: // BINPUT
        return this.#memoize(cursor.uint8())
      case 0x72: // LONG_BINPUT
        return this.#memoize(cursor.uint32())
      case 0x94: // MEMOIZE
        return this.#memoize(this.#memo.size)
      case 0x68: // BINGET
        return this.#push(this.#recall(cursor.uint8()))
      case 0x6a: // LONG_BINGET
        return this.#push(this.#recall(cursor.uint32()))
      default:
        throw this.#error('file-unsupported', `found pickle opcode 0x${opcode.toString(16)}, which no weights need`)
    }
  }

  #checkProtocol(protocol: number): void {
    if (protocol >= 2 && protocol <= 5) return
    throw this.#error('file-unsupported', `expected pickle protocol 2 to 5, found ${protocol}`)
  }

  /** Python 2 had one type for names of tensors, which are ASCII, and for the elements of an array, which are any bytes. */
  #python2String(length: number): string | Uint8Array {
    const bytes = this.#cursor.bytes(length)
    return this.#vocabulary === 'torch' && isUtf8(bytes) ? new TextDecoder().decode(bytes) : bytes
  }

  #integer(length: number): number | bigint {
    if (length <= MAX_INTEGER_BYTES) return this.#cursor.integer(length)
    throw this.#error('file-unsafe', `expected integers of at most ${MAX_INTEGER_BYTES} bytes, found ${length}`)
  }

  #push(value: PickleValue): void {
    this.#stack.push(value)
  }

  #pop(): PickleValue {
    const value = this.#stack.pop()
    if (value === undefined) throw this.#error('file-corrupt', 'the pickle takes a value from an empty stack')
    return value
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1)
    if (value === undefined) throw this.#error('file-corrupt', 'the pickle needs a value on an empty stack')
    return value
  }

  #popMany(count: number): PickleValue[] {
    if (this.#stack.length < count) throw this.#error('file-corrupt', `the pickle needs ${count} values on the stack`)
    return this.#stack.splice(-count)
  }

  #popToMark(): PickleValue[] {
    const below = this.#metastack.pop()
    if (below === undefined) throw this.#error('file-corrupt', 'the pickle needs a mark that was never set')
    const items = this.#stack
    this.#stack = below
    return items
  }

  #pushTuple(count: number): void {
    this.#push({ kind: 'tuple', items: this.#popMany(count) })
  }

  #append(items: readonly PickleValue[]): void {
    const list = this.#top()
    if (isForeign(list)) return
    if (!isObject(list) || list.kind !== 'list') throw this.#error('file-corrupt', 'expected a list to append to')
    for (const item of items) list.items.push(item)
  }

  #pushDict(): void {
    const items = this.#popToMark()
    this.#push({ kind: 'dict', entries: new Map() })
    this.#setItems(items)
  }

  #setItems(items: readonly PickleValue[]): void {
    const dict = this.#top()
    if (isForeign(dict)) return
    if (!isObject(dict) || dict.kind !== 'dict') throw this.#error('file-corrupt', 'expected a dict to fill')
    if (items.length % 2 !== 0) throw this.#error('file-corrupt', 'expected pairs of key and value')
    for (let i = 0; i < items.length; i += 2) dict.entries.set(items[i] ?? null, items[i + 1] ?? null)
  }

  #pushGlobal(module: string, name: string): void {
    const fullName = `${module}.${name}`
    if (isAllowedGlobal(fullName, this.#vocabulary)) return this.#push({ kind: 'global', name: fullName })
    if (this.#vocabulary === 'torch' && !isActingGlobal(fullName)) {
      this.#references.foreign.add(fullName)
      return this.#push(foreign(fullName))
    }
    const { things, whole, remedy } = expectations[this.#vocabulary]
    const problem =
      `expected ${things} only, found a reference to the Python object ${quoted(fullName)}, ` +
      `which ${whole} does not need and which could run code`
    throw fileError(this.#cursor.file, 'file-unsafe', problem, this.#at(), `Nothing was executed. ${remedy}`)
  }

  #pushStackGlobal(): void {
    const [module, name] = this.#popMany(2)
    if (typeof module !== 'string' || typeof name !== 'string') {
      throw this.#error('file-corrupt', 'expected the name of a Python object as text')
    }
    this.#pushGlobal(module, name)
  }

  #pushStorage(id: PickleValue): void {
    const [tag, type] = tupleItems(id) ?? []
    // A whole pickled network names each of its classes so, with its source.
    if (tag === 'module' && isForeign(type)) return this.#push(type)
    const storage = persistentStorage(this.#site(), id)
    const known = this.#references.storages.get(storage.key)
    if (known === undefined) this.#references.storages.set(storage.key, storage)
    else if (known.dtype !== storage.dtype || known.count !== storage.count) {
      const [expected, found] = [known, storage].map(({ count, dtype }) => `${count} elements of ${dtype}`)
      throw this.#error('file-corrupt', `storage ${quoted(storage.key)}: expected ${expected}, found ${found}`)
    }
    this.#push(storage)
  }

  #reduce(): void {
    const [callee = null, args = null] = this.#popMany(2)
    this.#push(reduce(this.#site(), callee, args))
  }

  #makeForeign(): void {
    const [callee = null] = this.#popMany(3)
    if (!isForeign(callee)) throw this.#error('file-corrupt', 'expected a class to be called with named arguments')
    this.#push(callee)
  }

  #assertSet(): void {
    const set = this.#top()
    if (isForeign(set) || (isObject(set) && set.kind === 'irrelevant')) return
    throw this.#error('file-corrupt', 'expected a set to add to')
  }

  #build(): void {
    const state = this.#pop()
    buildObject(this.#site(), this.#top(), state)
  }

  #memoize(index: number): void {
    this.#memo.set(index, this.#top())
  }

  #recall(index: number): PickleValue {
    const value = this.#memo.get(index)
    if (value === undefined) throw this.#error('file-corrupt', `the pickle recalls value ${index}, never remembered`)
    return value
  }

  #site() {
    return { file: this.#cursor.file, at: this.#at() }
  }

  #at(): string {
    return `byte ${this.#opcodeOffset}`
  }

  #error(code: 'file-corrupt' | 'file-unsafe' | 'file-unsupported', problem: string) {
    return fileError(this.#cursor.file, code, problem, this.#at())
  }
}
