/** The records of a zip archive (APPNOTE 6.3.10): first word, and bytes before names and comments. */

export const LOCAL_HEADER_SIGNATURE = 0x04034b50
export const LOCAL_HEADER_BYTES = 30

/** Of the central directory. */
export const ENTRY_SIGNATURE = 0x02014b50
export const ENTRY_BYTES = 46

/** Of the end of the central directory. */
export const END_SIGNATURE = 0x06054b50
export const END_BYTES = 22
