/** Archives of POSIX tar (ustar), always with the same bytes for the same files: no time, no owner. */
import { AppException } from '#shared/basics/result.ts'

const BLOCK = 512
const LONGEST_NAME = 100

export function tarHeader(name: string, sizeBytes: number, isExecutable: boolean): Uint8Array {
  if (Buffer.byteLength(name) > LONGEST_NAME) {
    throw new AppException({ code: 'internal', message: `The name of a file is too long for an archive: ${name}` })
  }
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, digits: number): void => {
    header.write(`${value.toString(8).padStart(digits, '0')}\0`, at)
  }
  header.write(name, 0)
  octal(isExecutable ? 0o755 : 0o644, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(sizeBytes, 124, 11)
  octal(0, 136, 11)
  header.write('0', 156)
  header.write('ustar\0' + '00', 257)
  // The sum counts its own field as spaces.
  header.write(' '.repeat(8), 148)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

export function tarPadding(sizeBytes: number): Uint8Array {
  return new Uint8Array((BLOCK - (sizeBytes % BLOCK)) % BLOCK)
}

export const tarEnd: Uint8Array = new Uint8Array(2 * BLOCK)
