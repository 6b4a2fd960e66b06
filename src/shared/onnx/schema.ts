/** Field numbers and codes of onnx.proto (onnx/onnx, IR version 9), as far as the studio writes or reads them. */

export const modelFields = { irVersion: 1, producer: 2, graph: 7, operatorSet: 8, metadata: 14 } as const
export const operatorSetFields = { domain: 1, version: 2 } as const
export const graphFields = { node: 1, name: 2, initializer: 5, input: 11, output: 12, sparseInitializer: 15 } as const
export const nodeFields = { input: 1, output: 2, name: 3, op: 4, attribute: 5, domain: 7 } as const

export const attributeFields = {
  ...{ name: 1, float: 2, int: 3, string: 4, tensor: 5, graph: 6, floats: 7, ints: 8, graphs: 11, type: 20 },
} as const

export const tensorFields = {
  ...{
    extent: 1,
    elementType: 2,
    segment: 3,
    float32: 4,
    int32: 5,
    int64: 7,
    name: 8,
    raw: 9,
    float64: 10,
    uint64: 11,
  },
  ...{ externalData: 13, dataLocation: 14 },
} as const

/** ValueInfoProto > TypeProto > Tensor > TensorShapeProto > Dimension. */
export const portFields = { name: 1, type: 2 } as const
export const typeFields = { tensor: 1 } as const
export const tensorTypeFields = { elementType: 1, shape: 2 } as const
export const shapeFields = { dimension: 1 } as const
export const dimensionFields = { value: 1, name: 2 } as const

/** StringStringEntryProto. */
export const entryFields = { key: 1, value: 2 } as const

/** AttributeProto.AttributeType. */
export const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const

/** TensorProto.DataType. */
export const elementTypes = {
  ...{ float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11 },
  ...{ uint32: 12, uint64: 13, bfloat16: 16 },
} as const
