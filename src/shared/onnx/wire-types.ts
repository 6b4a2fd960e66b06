/** How the value behind a tag of protobuf is written (protobuf.dev, "Encoding"); groups, which proto3 has given up, are left out. */
export const wireTypes = { varint: 0, fixed64: 1, length: 2, fixed32: 5 } as const

export type WireType = (typeof wireTypes)[keyof typeof wireTypes]
