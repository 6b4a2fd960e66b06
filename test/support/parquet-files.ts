/** Tables of images as Hugging Face writes them, made by another project's writer. */
import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer'

type WriteOptions = Parameters<typeof parquetWriteBuffer>[0]
type SchemaElement = NonNullable<WriteOptions['schema']>[number]

export interface TableOptions extends Pick<WriteOptions, 'codec' | 'compressors' | 'rowGroupSize' | 'pageSize'> {
  readonly images: readonly (Uint8Array | null)[]
  /** Further columns: texts, or whole numbers of 64 bits. */
  readonly columns: readonly ColumnSource[]
  readonly imageColumn?: string
  /** A column of bytes instead of a struct of bytes and path. */
  readonly isPlain?: boolean
  /** Features by column. */
  readonly features?: object
}

export function parquetTable(options: TableOptions): Uint8Array {
  const { images, columns, imageColumn = 'image', isPlain = false, features, ...written } = options
  const structs = images.map((bytes, row) => (bytes === null ? null : { bytes, path: `${row}.png` }))
  const kvMetadata = [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }]
  const buffer = parquetWriteBuffer({
    columnData: [{ name: imageColumn, data: isPlain ? [...images] : structs }, ...columns],
    schema: [
      { name: 'root', num_children: 1 + columns.length },
      ...imageSchema(imageColumn, isPlain),
      ...columns.map(({ name, data }) => (Array.isArray(data) ? textSchema(name) : optional({ name, type: 'INT64' }))),
    ],
    ...(features === undefined ? {} : { kvMetadata }),
    ...written,
  })
  return new Uint8Array(buffer)
}

/** A column of class numbers. */
export function labelColumn(name: string, labels: readonly number[]): ColumnSource {
  return { name, data: BigInt64Array.from(labels, BigInt) }
}

/** A column of class names. */
export function nameColumn(name: string, labels: readonly string[]): ColumnSource {
  return { name, data: [...labels] }
}

function imageSchema(name: string, isPlain: boolean): readonly SchemaElement[] {
  if (isPlain) return [optional({ name, type: 'BYTE_ARRAY' })]
  return [optional({ name, num_children: 2 }), optional({ name: 'bytes', type: 'BYTE_ARRAY' }), textSchema('path')]
}

function textSchema(name: string): SchemaElement {
  return optional({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8' })
}

function optional(element: SchemaElement): SchemaElement {
  return { ...element, repetition_type: 'OPTIONAL' }
}
