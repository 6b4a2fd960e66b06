/**
 * One row per operation or per case of one: what it computes from float32 operands (and int32 indices). The test asks
 * for values and, unless `values` says otherwise, for the gradient with respect to every float32 operand.
 */
import { tf } from '#engine/program/tfjs.ts'
import type { TensorSpec } from '#shared/tensors/host-tensor.ts'

export interface OperationCase {
  readonly title: string
  readonly operands: readonly TensorSpec[]
  readonly compute: (...operands: tf.Tensor[]) => tf.Tensor
  /** The operation has no gradient, or none with respect to these operands. */
  readonly valuesOnly?: true
}

const f = (...shape: number[]): TensorSpec => ({ shape, dtype: 'float32' })
const i = (...shape: number[]): TensorSpec => ({ shape, dtype: 'int32' })

function row(title: string, operands: readonly TensorSpec[], compute: OperationCase['compute']): OperationCase {
  return { title, operands, compute }
}

function values(title: string, operands: readonly TensorSpec[], compute: OperationCase['compute']): OperationCase {
  return { title, operands, compute, valuesOnly: true }
}

const positive = (x: tf.Tensor): tf.Tensor => tf.add(tf.abs(x), 0.5)

const nhwc = (x: tf.Tensor): tf.Tensor4D => tf.reshape(x, fourOf(x.shape))

function fourOf(shape: readonly number[]): [number, number, number, number] {
  const [a, b, c, d] = shape
  if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('needs four axes')
  return [a, b, c, d]
}

function indicesOf(x: tf.Tensor): tf.Tensor1D {
  return tf.reshape(tf.cast(x, 'int32'), [x.size])
}

type Format = 'NHWC' | 'NCHW'
type Padding = 'same' | 'valid' | number | 'bottom-right'

/** Convolution of a 2-image batch with 3 channels to 4 filters, as a row for values and both gradients. */
function convolution(
  format: Format,
  size: readonly [number, number],
  kernel: readonly [number, number],
  stride: number,
  pad: Padding,
): OperationCase {
  const [height, width] = size
  const image = format === 'NHWC' ? f(2, height, width, 3) : f(2, 3, height, width)
  const [rows, columns] = kernel
  const explicit: [number, number][] =
    format === 'NHWC'
      ? [
          [0, 0],
          [0, 1],
          [0, 1],
          [0, 0],
        ]
      : [
          [0, 0],
          [0, 0],
          [0, 1],
          [0, 1],
        ]
  return row(
    `conv2d ${format} ${height}x${width} by ${rows}x${columns} stride ${stride} pad ${pad}`,
    [image, f(rows, columns, 3, 4)],
    (x, w) => tf.conv2d(nhwc(x), nhwc(w), stride, pad === 'bottom-right' ? explicitPadding(explicit) : pad, format),
  )
}

/**
 * A convolution of the 32 channels that another one has written, so that they lie in blocks where a machine has those, to
 * 16 filters: values and the gradients by the image and by both filters.
 */
function convolutionOfBlocks(
  [height, width]: readonly [number, number],
  [rows, columns]: readonly [number, number],
  stride: number,
  pad: number,
): OperationCase {
  return row(
    `conv2d of blocked channels ${height}x${width} by ${rows}x${columns} stride ${stride} pad ${pad}`,
    [f(2, 3, height, width), f(32, 3, 1, 1), f(16, 32, rows, columns)],
    (x, first, second) => {
      const filters = [first, second].map((filter) => nhwc(tf.transpose(filter, [2, 3, 1, 0])))
      const [wide = nhwc(x), deep = nhwc(x)] = filters
      // As pairs: TensorFlow.js takes one number for the padding of square filters only.
      const around: ExplicitPadding = [
        [0, 0],
        [0, 0],
        [pad, pad],
        [pad, pad],
      ]
      return tf.conv2d(tf.relu(tf.conv2d(nhwc(x), wide, 1, 0, 'NCHW')), deep, stride, around, 'NCHW')
    },
  )
}

type ExplicitPadding = Exclude<Parameters<typeof tf.conv2d>[3], string | number>

function explicitPadding(pairs: readonly [number, number][]): ExplicitPadding {
  const [a = [0, 0], b = [0, 0], c = [0, 0], d = [0, 0]] = pairs
  return [a, b, c, d]
}

/** Explicit padding of height and width, images [batch, height, width, channels]. */
function padding(rows: [number, number], columns: [number, number]): ExplicitPadding {
  return [[0, 0], rows, columns, [0, 0]]
}

/** Depthwise convolution of a 2-image batch with 3 channels, padded by `pad` on all sides. */
function depthwise(
  [height, width]: readonly [number, number],
  [rows, columns]: readonly [number, number],
  stride: number,
  pad: number,
  multiplier: number,
): OperationCase {
  return row(
    `depthwiseConv2d ${height}x${width} by ${rows}x${columns} stride ${stride} pad ${pad} times ${multiplier}`,
    [f(2, height, width, 3), f(rows, columns, 3, multiplier)],
    (x, w) => tf.depthwiseConv2d(nhwc(x), nhwc(w), stride, padding([pad, pad], [pad, pad])),
  )
}

export const operationCases: readonly OperationCase[] = [
  row('add', [f(2, 3), f(2, 3)], (a, b) => tf.add(a, b)),
  row('add broadcast over rows', [f(2, 3), f(3)], (a, b) => tf.add(a, b)),
  row('add broadcast both ways', [f(2, 1, 3), f(4, 1)], (a, b) => tf.add(a, b)),
  row('addN', [f(2, 3), f(2, 3), f(2, 3)], (a, b, c) => tf.addN([a, b, c])),
  row('sub', [f(2, 3), f(2, 1)], (a, b) => tf.sub(a, b)),
  row('mul', [f(2, 3), f(3)], (a, b) => tf.mul(a, b)),
  row('mul by a literal', [f(2, 3)], (a) => tf.mul(a, 3)),
  row('div', [f(2, 3), f(2, 3)], (a, b) => tf.div(a, positive(b))),
  row('maximum', [f(2, 3), f(2, 3)], (a, b) => tf.maximum(a, b)),
  row('minimum', [f(2, 3), f(2, 3)], (a, b) => tf.minimum(a, b)),
  row('squaredDifference', [f(2, 3), f(2, 3)], (a, b) => tf.squaredDifference(a, b)),
  row('pow by a tensor', [f(2, 3), f(2, 3)], (a, b) => tf.pow(positive(a), b)),
  ...[0.5, 1, 2, 3, -1].map((exponent) => row(`pow ${exponent}`, [f(2, 3)], (a) => tf.pow(positive(a), exponent))),
  values('mod', [f(2, 3), f(2, 3)], (a, b) => tf.mod(tf.mul(a, 5), positive(b))),
  values('mod of integers', [i(2, 3)], (a) => tf.mod(tf.sub(a, 2), tf.scalar(3, 'int32'))),
  values('floorDiv', [f(2, 3), f(2, 3)], (a, b) => tf.floorDiv(tf.mul(a, 5), positive(b))),
  values('floorDiv of integers', [i(2, 3)], (a) => tf.floorDiv(tf.sub(a, 2), tf.scalar(3, 'int32'))),
  row('abs', [f(2, 3)], (x) => tf.abs(x)),
  row('neg', [f(2, 3)], (x) => tf.neg(x)),
  values('sign', [f(2, 3)], (x) => tf.sign(x)),
  values('floor', [f(2, 3)], (x) => tf.floor(x)),
  values('ceil', [f(2, 3)], (x) => tf.ceil(x)),
  values('round half to even', [f(2, 3)], (x) => tf.div(tf.round(tf.mul(x, 2)), 2)),
  row('exp', [f(2, 3)], (x) => tf.exp(x)),
  row('log', [f(2, 3)], (x) => tf.log(positive(x))),
  row('log1p', [f(2, 3)], (x) => tf.log1p(positive(x))),
  row('sqrt', [f(2, 3)], (x) => tf.sqrt(positive(x))),
  row('rsqrt', [f(2, 3)], (x) => tf.rsqrt(positive(x))),
  row('square', [f(2, 3)], (x) => tf.square(x)),
  row('reciprocal', [f(2, 3)], (x) => tf.reciprocal(positive(x))),
  row('sin of embedding arguments', [f(2, 3)], (x) => tf.sin(tf.mul(x, 40))),
  row('cos of embedding arguments', [f(2, 3)], (x) => tf.cos(tf.mul(x, 40))),
  row('tanh', [f(2, 3)], (x) => tf.tanh(x)),
  row('sigmoid', [f(2, 3)], (x) => tf.sigmoid(x)),
  row('softplus', [f(2, 3)], (x) => tf.softplus(x)),
  row('erf', [f(2, 3)], (x) => tf.erf(x)),
  row('relu', [f(3, 4)], (x) => tf.relu(x)),
  row('relu of a sum', [f(3, 4), f(4)], (x, b) => tf.relu(tf.add(x, b))),
  row('relu6', [f(3, 4)], (x) => tf.relu6(tf.mul(x, 5))),
  row('leakyRelu', [f(3, 4)], (x) => tf.leakyRelu(x, 0.1)),
  row('elu', [f(3, 4)], (x) => tf.elu(x)),
  row('clipByValue', [f(3, 4)], (x) => tf.clipByValue(x, -0.5, 0.7)),
  values('step with a slope', [f(3, 4)], (x) => tf.step(x, 0.3)),

  values('equal', [i(2, 3), i(2, 3)], (a, b) => tf.equal(a, b)),
  values('notEqual', [i(2, 3), i(3)], (a, b) => tf.notEqual(a, b)),
  values('greater', [f(2, 3), f(3)], (a, b) => tf.greater(a, b)),
  values('greaterEqual', [f(2, 3), f(3)], (a, b) => tf.greaterEqual(a, b)),
  values('less', [f(2, 3), f(3)], (a, b) => tf.less(a, b)),
  values('lessEqual', [f(2, 3), f(3)], (a, b) => tf.lessEqual(a, b)),
  values('logicalAnd and logicalNot', [f(2, 3), f(2, 3)], (a, b) =>
    tf.logicalAnd(tf.greater(a, 0), tf.logicalNot(tf.greater(b, 0))),
  ),
  values('logicalOr', [f(2, 3), f(2, 3)], (a, b) => tf.logicalOr(tf.greater(a, 0), tf.greater(b, 0))),
  values('isFinite', [f(2, 3)], (a) => tf.isFinite(tf.log(a))),
  values('isNaN', [f(2, 3)], (a) => tf.isNaN(tf.log(a))),
  values('isInf', [f(2, 3)], (a) => tf.isInf(tf.div(a, tf.sub(a, a)))),
  row('where', [f(2, 3), f(2, 3), i(2, 3)], (a, b, c) => tf.where(tf.greater(c, 1), a, tf.mul(b, 2))),
  row('where by a comparison of what is differentiated', [f(2, 3), f(2, 3)], (a, b) =>
    tf.where(tf.greater(a, b), a, b),
  ),
  row('where by a logical combination', [f(2, 3)], (x) =>
    tf.where(tf.logicalAnd(tf.less(x, 1), tf.logicalNot(tf.lessEqual(x, -1))), tf.square(x), x),
  ),
  row('where with a condition that broadcasts', [f(2, 3), f(2, 3), i(3)], (a, b, c) =>
    tf.where(tf.greater(c, 1), a, b),
  ),
  values('cast to int32 and back', [f(2, 3)], (x) => tf.cast(tf.cast(tf.mul(x, 3), 'int32'), 'float32')),
  values('cast of a truth value', [f(2, 3)], (x) => tf.cast(tf.greater(x, 0), 'float32')),
  row('product with a truth value', [f(2, 3), i(2, 3)], (x, y) => tf.mul(x, tf.cast(tf.greater(y, 1), 'float32'))),
  row('zerosLike and onesLike', [f(2, 3)], (x) => tf.add(tf.mul(x, tf.onesLike(x)), tf.zerosLike(x))),

  row('sum over all axes', [f(2, 3, 4)], (x) => tf.sum(x)),
  row('sum over the first axis', [f(2, 3, 4)], (x) => tf.sum(x, 0)),
  row('sum that keeps axes', [f(2, 3, 4)], (x) => tf.sum(x, [0, 2], true)),
  row('sum of a product over long rows', [f(2, 3, 40, 40), f(2, 3, 40, 40)], (a, b) => tf.sum(tf.mul(a, b), [1, 2, 3])),
  row('sum of squares over long rows', [f(2, 2500)], (x) => tf.sum(tf.square(x), 1, true)),
  row('sum over rows too long to add up at once', [f(3, 6000)], (x) => tf.square(tf.sum(x, 1))),
  row('sum of a product of rows and a row', [f(3, 2048), f(2048)], (a, b) => tf.sum(tf.mul(a, b), 1)),
  row('sum of a broadcast', [f(2, 1, 4)], (x) => tf.sum(tf.square(tf.broadcastTo(x, [2, 3, 4])), 1)),
  values('sum of truth values', [f(2, 3)], (x) => tf.sum(tf.greater(x, 0))),
  row('mean', [f(2, 3, 4)], (x) => tf.mean(x, -1)),
  row('mean over pixels', [f(2, 3, 4, 5)], (x) => tf.mean(x, [2, 3])),
  row('mean over rows of few columns', [f(4, 5, 6, 3)], (x) => tf.mean(tf.square(x), [0, 1, 2])),
  row('max', [f(2, 5)], (x) => tf.max(x, 1)),
  row('max over all axes', [f(2, 5)], (x) => tf.max(x)),
  row('min that keeps its axis', [f(2, 5)], (x) => tf.min(x, 1, true)),
  values('prod', [f(2, 3)], (x) => tf.prod(x, 1)),
  row('moments', [f(4, 3, 2)], (x) => {
    const { mean, variance } = tf.moments(x, [0, 1])
    return tf.add(mean, variance)
  }),
  row('norm', [f(2, 3)], (x) => tf.norm(x, 2, 1)),
  values('argMax', [f(3, 5)], (x) => tf.argMax(x, 1)),
  values('argMin over the first axis', [f(3, 5)], (x) => tf.argMin(x, 0)),
  values('all and any', [f(3, 2)], (x) => tf.logicalAnd(tf.all(tf.greater(x, -1), 1), tf.any(tf.greater(x, 0), 1))),
  row('softmax', [f(2, 5)], (x) => tf.softmax(x)),
  row('logSoftmax', [f(2, 5)], (x) => tf.logSoftmax(x)),
  row('logSumExp', [f(2, 5)], (x) => tf.logSumExp(x, 1)),
  row('cumsum', [f(2, 5)], (x) => tf.cumsum(x, 1)),

  row('reshape', [f(2, 6)], (x) => tf.square(tf.reshape(x, [3, -1]))),
  row('reshape of a transpose that joins axes', [f(2, 3, 4)], (x) =>
    tf.square(tf.reshape(tf.transpose(x, [2, 0, 1]), [4, 6])),
  ),
  row('reshape of a transpose that must copy', [f(2, 3, 4)], (x) =>
    tf.square(tf.reshape(tf.transpose(x, [1, 0, 2]), [2, 12])),
  ),
  row('reshape of a transpose that splits an axis', [f(4, 6)], (x) =>
    tf.square(tf.reshape(tf.transpose(x), [2, 3, 4])),
  ),
  row('reshape of a broadcast', [f(2, 1)], (x) => tf.square(tf.reshape(tf.broadcastTo(x, [2, 3]), [3, 2]))),
  row('expandDims and squeeze', [f(2, 3)], (x) => tf.squeeze(tf.square(tf.expandDims(x, 1)))),
  row('transpose', [f(2, 3, 4)], (x) => tf.square(tf.transpose(x, [2, 0, 1]))),
  row('sum of a transpose and its operand', [f(3, 3), f(3)], (x, y) => tf.mul(tf.add(tf.transpose(x), x), y)),
  row('slice', [f(4, 5)], (x) => tf.slice(x, [1, 2], [2, -1])),
  row('slice of a transpose', [f(4, 5)], (x) => tf.slice(tf.transpose(x), [1, 2], [2, 2])),
  values('stridedSlice', [f(5, 6)], (x) => tf.stridedSlice(x, [0, 1], [5, 6], [2, 2])),
  row('concat', [f(2, 3), f(2, 1), f(2, 2)], (a, b, c) => tf.concat([a, b, c], 1)),
  row('concat of a transpose', [f(3, 2), f(2, 1)], (a, b) => tf.square(tf.concat([tf.transpose(a), b], 1))),
  row('stack', [f(2, 3), f(2, 3)], (a, b) => tf.stack([a, b], 1)),
  row('unstack', [f(2, 3)], (x) => tf.addN(tf.unstack(x, 1))),
  values('unstack of one', [f(1, 3)], (x) => tf.addN(tf.unstack(x))),
  row('split', [f(2, 6)], (x) => tf.addN(tf.split(x, 3, 1))),
  row('split at sizes', [f(2, 6)], (x) => tf.mul(...two(tf.split(x, [1, 5], 1)))),
  row('pad', [f(2, 3)], (x) =>
    tf.square(
      tf.pad(
        x,
        [
          [1, 0],
          [2, 3],
        ],
        0.5,
      ),
    ),
  ),
  row('tile', [f(2, 3)], (x) => tf.tile(x, [2, 3])),
  row('tile of an axis of length 1', [f(2, 1)], (x) => tf.square(tf.tile(x, [1, 3]))),
  row('reverse', [f(2, 3, 4)], (x) => tf.reverse(x, [0, 2])),
  row('fill', [f(2, 3)], (x) => tf.mul(x, tf.fill([2, 3], 1.5))),
  row('range and linspace', [f(4)], (x) => tf.add(tf.mul(x, tf.range(0, 4)), tf.linspace(0, 1, 4))),

  row('gather with repeated indices', [f(4, 3), i(7)], (x, indices) => tf.gather(x, indicesOf(indices))),
  row('gather along the last axis', [f(3, 4), i(2, 2)], (x, indices) => tf.gather(x, tf.cast(indices, 'int32'), 1)),
  row('unsortedSegmentSum', [f(6, 3), i(6)], (x, ids) => tf.unsortedSegmentSum(x, indicesOf(ids), 4)),
  values('oneHot', [i(5)], (indices) => tf.oneHot(indicesOf(indices), 4)),
  values('gatherND', [f(4, 4, 2), i(3, 2)], (x, indices) => tf.gatherND(x, tf.cast(indices, 'int32'))),

  ...[false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) =>
      row(
        `matMul${transposeA ? ' A transposed' : ''}${transposeB ? ' B transposed' : ''}`,
        [transposeA ? f(3, 2) : f(2, 3), transposeB ? f(4, 3) : f(3, 4)],
        (a, b) => tf.matMul(a, b, transposeA, transposeB),
      ),
    ),
  ),
  row('matMul with bias and relu', [f(2, 3), f(3, 4), f(4)], (x, w, b) => tf.relu(tf.add(tf.matMul(x, w), b))),
  row('matMul in batches', [f(2, 3, 4), f(2, 5, 4)], (a, b) => tf.matMul(a, b, false, true)),
  values('maximum that broadcasts', [f(2, 3), f(3)], (a, b) => tf.maximum(a, b)),
  values('matMul in batches that broadcast', [f(2, 3, 4), f(1, 4, 5)], (a, b) => tf.matMul(a, b)),
  row('matMul of a product with itself', [f(3, 4)], (x) => tf.matMul(tf.matMul(x, x, false, true), x)),

  ...(['NHWC', 'NCHW'] as const).flatMap((format) => [
    convolution(format, [5, 6], [3, 3], 1, 'same'),
    convolution(format, [5, 6], [3, 3], 1, 'valid'),
    convolution(format, [6, 6], [3, 3], 2, 1),
    convolution(format, [5, 6], [3, 3], 2, 'same'),
    convolution(format, [5, 6], [3, 2], 1, 'bottom-right'),
    convolution(format, [4, 4], [1, 1], 1, 0),
    convolution(format, [6, 5], [1, 1], 2, 0),
    convolution(format, [7, 8], [5, 5], 1, 2),
    convolution(format, [3, 3], [2, 2], 1, 1),
  ]),
  convolutionOfBlocks([5, 6], [3, 3], 1, 1),
  convolutionOfBlocks([5, 6], [3, 3], 1, 0),
  convolutionOfBlocks([5, 4], [3, 2], 1, 1),
  convolutionOfBlocks([4, 5], [1, 1], 1, 0),
  convolutionOfBlocks([6, 7], [5, 5], 1, 2),
  convolutionOfBlocks([6, 7], [3, 3], 2, 1),
  convolutionOfBlocks([6, 4], [1, 1], 2, 0),
  row('conv2d with filters that arrive transposed', [f(2, 3, 5, 5), f(4, 3, 3, 3)], (x, w) =>
    tf.conv2d(nhwc(x), nhwc(tf.transpose(w, [2, 3, 1, 0])), 1, 1, 'NCHW'),
  ),
  values('conv2d dilated', [f(2, 7, 7, 3), f(3, 3, 3, 4)], (x, w) => tf.conv2d(nhwc(x), nhwc(w), 1, 'same', 'NHWC', 2)),
  row('conv2dTranspose', [f(2, 3, 3, 4), f(3, 3, 2, 4)], (x, w) =>
    tf.conv2dTranspose(nhwc(x), nhwc(w), [2, 6, 6, 2], 2, 'same'),
  ),

  ...[1, 2].flatMap((multiplier) => [
    depthwise([5, 6], [3, 3], 1, 1, multiplier),
    depthwise([6, 6], [3, 3], 2, 1, multiplier),
    depthwise([7, 6], [3, 3], 2, 1, multiplier),
    depthwise([7, 8], [5, 5], 1, 2, multiplier),
    depthwise([4, 5], [1, 1], 1, 0, multiplier),
  ]),
  row(
    'depthwiseConv2d of 32 channels between full convolutions',
    [f(1, 3, 6, 6), f(32, 3, 3, 3), f(32, 1, 3, 3)],
    (x, w, v) => {
      const wide = tf.relu6(tf.conv2d(nhwc(x), nhwc(tf.transpose(w, [2, 3, 1, 0])), 1, 1, 'NCHW'))
      const filter = nhwc(tf.transpose(tf.reshape(v, [32, 1, 3, 3]), [2, 3, 0, 1]))
      const deep = tf.depthwiseConv2d(nhwc(tf.transpose(wide, [0, 2, 3, 1])), filter, 1, padding([1, 1], [1, 1]))
      return tf.relu(tf.transpose(deep, [0, 3, 1, 2]))
    },
  ),
  values('depthwiseConv2d dilated', [f(2, 7, 7, 3), f(3, 3, 3, 1)], (x, w) =>
    tf.depthwiseConv2d(nhwc(x), nhwc(w), 1, 'same', 'NHWC', 2),
  ),

  row('maxPool', [f(2, 4, 6, 3)], (x) => tf.maxPool(nhwc(x), 2, 2, 'valid')),
  row('maxPool that leaves a rest', [f(2, 5, 7, 3)], (x) => tf.maxPool(nhwc(x), 2, 2, 'valid')),
  row('maxPool that overlaps', [f(2, 7, 7, 3)], (x) => tf.maxPool(nhwc(x), 3, 2, 'valid')),
  row('maxPool that overlaps and pads', [f(2, 5, 6, 3)], (x) => tf.maxPool(nhwc(x), 3, 2, 'same')),
  row('maxPool that overlaps, pads and has ties', [f(2, 6, 6, 3)], (x) => tf.maxPool(tf.relu(nhwc(x)), 3, 2, 1)),
  row('maxPool of other heights than widths', [f(2, 6, 7, 3)], (x) => tf.maxPool(nhwc(x), [3, 2], [1, 3], 'valid')),
  row('maxPool padded at the end alone', [f(2, 6, 6, 3)], (x) => tf.maxPool(nhwc(x), 3, 2, padding([0, 1], [0, 1]))),
  row('avgPool', [f(2, 4, 6, 3)], (x) => tf.avgPool(nhwc(x), 2, 2, 'valid')),
  row('avgPool of single pixels', [f(2, 4, 6, 3)], (x) => tf.avgPool(nhwc(x), 1, 2, 'valid')),
  row('avgPool that overlaps and leaves a rest', [f(2, 6, 7, 3)], (x) => tf.avgPool(nhwc(x), 3, 2, 'valid')),
  row('avgPool that pads', [f(2, 5, 6, 3)], (x) => tf.avgPool(nhwc(x), 3, 2, 'same')),
  row('channels dealt out in turn', [f(2, 6, 3, 4)], (x) =>
    tf.square(tf.reshape(tf.transpose(tf.reshape(x, [2, 2, 3, 3, 4]), [0, 2, 1, 3, 4]), [2, 6, 3, 4])),
  ),
  row('joined maps after a convolution', [f(1, 3, 4, 4), f(32, 3, 3, 3)], (x, w) => {
    const maps = tf.relu(tf.conv2d(nhwc(x), nhwc(tf.transpose(w, [2, 3, 1, 0])), 1, 1, 'NCHW'))
    const [left, right] = [tf.slice(maps, [0, 0, 0, 0], [1, 16, 4, 4]), tf.slice(maps, [0, 16, 0, 0], [1, 16, 4, 4])]
    return tf.square(tf.concat([right, maps, left], 1))
  }),
  row('batchNorm with given statistics', [f(2, 3, 3, 4), f(4), f(4), f(4), f(4)], (x, mean, variance, offset, scale) =>
    tf.batchNorm(nhwc(x), vector(mean), vector(positive(variance)), vector(offset), vector(scale), 1e-3),
  ),
]

function two(tensors: readonly tf.Tensor[]): [tf.Tensor, tf.Tensor] {
  const [a, b] = tensors
  if (a === undefined || b === undefined) throw new Error('needs two tensors')
  return [a, tf.slice(b, [0, 0], [2, 1])]
}

function vector(x: tf.Tensor): tf.Tensor1D {
  return tf.reshape(x, [x.size])
}
