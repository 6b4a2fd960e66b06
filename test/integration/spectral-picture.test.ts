import { join } from 'node:path'
import { expect, test } from 'vitest'
import { spectralPicture } from '#test/support/spectral-picture.ts'

const picture = join(import.meta.dirname, '../../docs/images/spectral-codes.svg')

/** `vitest run test/integration/spectral-picture.test.ts --update` draws it anew. */
test('the picture of the method shows what becomes of a kernel of the sample network', async () => {
  await expect(await spectralPicture()).toMatchFileSnapshot(picture)
})
