/**
 * A value while it is put together, field by field. For what is made ten thousand times in one answer: a literal with a
 * spread for every optional field copies all the fields before it each time.
 */
export type Building<T> = { -readonly [K in keyof T]: T[K] }
