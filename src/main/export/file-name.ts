/** Characters that no file system minds; everything else becomes a hyphen. */
const unwanted = /[^\p{L}\p{N}._-]+/gu
const mostCharacters = 100
/** Names that Windows keeps for devices. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/iu

/** The beginning of the names of an experiment's files, from its name; `fallback` when nothing of it is left. */
export function exportFileName(name: string, fallback: string): string {
  const wanted = name
    .normalize('NFC')
    .replace(unwanted, '-')
    .replace(/^[-.]+/u, '')
    .slice(0, mostCharacters)
    .replace(/[-.]+$/u, '')
  return wanted === '' || reserved.test(wanted) ? fallback : wanted
}
