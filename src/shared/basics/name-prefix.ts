/** Values by name of which some share the beginning of their names. */

type Named<T> = Readonly<Record<string, T>>

/** Entries whose name starts with `prefix`, without it. */
export function underPrefix<T>(tensors: Named<T>, prefix: string): Named<T> {
  const entries = Object.entries(tensors).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(entries.map(([name, tensor]) => [name.slice(prefix.length), tensor]))
}

/** The other entries. */
export function withoutPrefix<T>(tensors: Named<T>, prefix: string): Named<T> {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.startsWith(prefix)))
}

/** The same entries with `prefix` before every name. */
export function withPrefix<T>(tensors: Named<T>, prefix: string): Named<T> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}${name}`, tensor]))
}
