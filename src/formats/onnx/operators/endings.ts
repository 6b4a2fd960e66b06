/** Functions at the end of a network that keep the order of its classes: they are left out. */
import type { GraphImport, Operator } from '../graph-import.ts'
import { axisOf } from '../integers.ts'
import type { OperatorCall, ViewValue } from '../operator-call.ts'

export const endingOperators: Readonly<Record<string, Operator>> = {
  Softmax: (operation) => scores(operation, -1),
  LogSoftmax: (operation) => scores(operation, -1),
  Log: logarithm,
  ArgMax: choice,
}

/** A Softmax over the classes; before operator set 13 over all axes from `axis` on. */
function scores(operation: OperatorCall, usual: number): ViewValue {
  const value = operation.view(0)
  const isOld = operation.opset < 13
  assertOverClasses(operation, value, operation.int('axis', isOld ? 1 : usual), isOld)
  return { ...value, ending: { op: operation.node.op, kind: 'scores' } }
}

/** Of a Softmax: it keeps its order. */
function logarithm(operation: OperatorCall): ViewValue {
  const value = operation.arranged(0)
  if (value.ending?.kind === 'scores') return value
  return operation.unsupported('it is known behind a Softmax at the end only')
}

function choice(operation: OperatorCall, _graph: GraphImport): ViewValue {
  const value = operation.arranged(0)
  if (value.ending?.kind === 'choice') return operation.unsupported('it follows another one')
  assertOverClasses(operation, value, operation.int('axis', 0), false)
  if (operation.int('select_last_index', 0) !== 0) return operation.unsupported('it takes the last of equal scores')
  return { ...value, ending: { op: 'ArgMax', kind: 'choice' } }
}

/** Every other axis of the value, the batch aside, must have a single element. */
function assertOverClasses(operation: OperatorCall, { view }: ViewValue, given: number, areAllBehind: boolean): void {
  const rank = view.axes.length
  const axis = axisOf(given, rank)
  if (axis === undefined) operation.corrupt(`there is no axis ${given}`)
  const isOverClasses = view.axes.every((factors, at) => {
    if (at === 0) return axis !== 0
    return factors.length === 0 || at === axis || (areAllBehind && at > axis && view.axes[axis]?.length === 0)
  })
  if (!isOverClasses) operation.unsupported('it is not over the classes of whole images')
}
