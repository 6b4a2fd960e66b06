import type { Random } from '#shared/basics/random.ts'
import { pick } from './mutate-bytes.ts'

const block = 512

/** One field of one header changed, and its checksum put right. */
export function mutateTarHeader(tar: Uint8Array, random: Random): Uint8Array {
  const bytes = new Uint8Array(tar)
  const headers = Array.from({ length: bytes.byteLength / block }, (_, at) => at * block).filter(
    (at) => Buffer.from(bytes.subarray(at + 257, at + 262)).toString('latin1') === 'ustar',
  )
  const at = pick(random, headers)
  const header = Buffer.from(bytes.buffer, at, block)
  const size = pick(random, ['00000000000', '00000003720', '00000004000', '77777777777', '0000000001', 'abc', '']) // prettier-ignore
  switch (random.integer(4)) {
    case 0:
      header.write(size.padEnd(12, '\0'), 124, 'latin1')
      break
    case 1:
      header.write(pick(random, ['x.bin\0', 'set/a.bin\0', '../../etc/passwd.bin\0', '\0', '/\0']), 0, 'latin1')
      break
    case 2:
      header[156] = pick(random, [0, 0x30, 0x31, 0x32, 0x35, 0x78, 0x4c, 0xff])
      break
    default:
      header[random.integer(block)] = random.integer(256)
  }
  header.write('        ', 148, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return bytes
}
