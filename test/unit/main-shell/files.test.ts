import { expect, test } from 'vitest'
import { TokenTable } from '#main/files/token-table.ts'
import { createFilePicker, createFileShower, createNewFilePicker, registerDrops } from '#main/ipc/files.ts'

test('choosing a file gives a token and its name, never its path', async () => {
  const tokens = new TokenTable()
  const asked: unknown[] = []
  const pick = createFilePicker(
    {
      showOpenDialog: (async (options: unknown) => {
        asked.push(options)
        return { canceled: false, filePaths: ['/data/nets/a.pth'] }
      }) as never,
    },
    tokens,
    new TokenTable(),
  )
  const picked = await pick({ kind: 'network' })
  expect(picked).toStrictEqual({ token: expect.stringMatching(/^[0-9a-f-]{36}$/), fileName: 'a.pth' })
  expect(tokens.resolve(picked?.token ?? '')).toBe('/data/nets/a.pth')
  expect(asked).toMatchObject([
    {
      properties: ['openFile'],
      filters: [
        { extensions: ['pt', 'pth', 'th', 'bin', 'ckpt', 'safetensors', 'npz', 'onnx'] },
        { extensions: ['*'] },
      ],
    },
  ])
})

test.each([
  { canceled: true, filePaths: ['/a'] },
  { canceled: false, filePaths: [] },
])('a closed dialog gives undefined: %o', async (answer) => {
  const pick = createFilePicker({ showOpenDialog: (async () => answer) as never }, new TokenTable(), new TokenTable())
  expect(await pick({ kind: 'dataset-folder' })).toBeUndefined()
})

test('a file is shown only in a folder that was chosen, and only directly in it', async () => {
  const tokens = new TokenTable()
  const shown: string[] = []
  const show = createFileShower({ showItemInFolder: (path) => void shown.push(path) }, tokens)
  const { token } = tokens.add('/data/exports')
  await show({ folder: token, fileName: 'a.onnx' })
  for (const fileName of ['../a.onnx', '/etc/passwd', '..', '.hidden']) {
    await expect(show({ folder: token, fileName })).rejects.toMatchObject({ code: 'not-found' })
  }
  await expect(show({ folder: '/data/exports', fileName: 'a.onnx' })).rejects.toMatchObject({ code: 'not-found' })
  expect(shown).toEqual(['/data/exports/a.onnx'])
})

function drop(path: unknown, isTrusted = true) {
  const tokens = new TokenTable()
  let handler: (event: unknown, path: unknown) => unknown = () => undefined
  registerDrops({ handle: (_channel: string, added: never) => (handler = added) } as never, tokens, () => isTrusted)
  return { answer: handler({}, path), tokens }
}

test('a dropped file becomes a token for its path', () => {
  const { answer, tokens } = drop('/data/b.safetensors')
  expect(answer).toMatchObject({ ok: true, value: { fileName: 'b.safetensors' } })
  const { token } = (answer as { value: { token: string } }).value
  expect(tokens.resolve(token)).toBe('/data/b.safetensors')
})

test.each(['', 3, undefined, 'x'.repeat(40_000)])('what is no path is refused', (path) => {
  expect(drop(path).answer).toMatchObject({ ok: false, error: { code: 'invalid-argument' } })
})

test('a drop from another page is refused', () => {
  expect(drop('/etc/passwd', false).answer).toMatchObject({ ok: false, error: { code: 'unauthorized' } })
})

function saveDialog(answer: object, asked: unknown[] = []) {
  const showSaveDialog = async (options: unknown) => {
    asked.push(options)
    return answer
  }
  return { showSaveDialog: showSaveDialog as never }
}

test('the place of a new file is asked for by its name alone, and gives a token', async () => {
  const tokens = new TokenTable()
  const asked: unknown[] = []
  const pick = createNewFilePicker(
    saveDialog({ canceled: false, filePath: '/data/small.spectral.safetensors' }, asked),
    tokens,
  )
  const picked = await pick({ fileName: '../../etc/small.spectral.safetensors' })
  expect(picked?.fileName).toBe('small.spectral.safetensors')
  expect(tokens.resolve(picked?.token ?? '')).toBe('/data/small.spectral.safetensors')
  expect(asked).toMatchObject([{ defaultPath: 'small.spectral.safetensors' }])
})

test('a closed dialog for a new file gives undefined', async () => {
  const pick = createNewFilePicker(saveDialog({ canceled: true, filePath: '' }), new TokenTable())
  expect(await pick({ fileName: 'small' })).toBeUndefined()
})

test('a configuration is saved where its own dialog says', async () => {
  const asked: unknown[] = []
  const pick = createNewFilePicker(
    saveDialog({ canceled: false, filePath: '/data/fast.yaml' }, asked),
    new TokenTable(),
  )
  expect(await pick({ fileName: 'configuration.yaml', kind: 'configuration' })).toMatchObject({ fileName: 'fast.yaml' })
  expect(asked).toMatchObject([{ title: 'Save the configuration', filters: [{ extensions: ['yaml', 'yml'] }, {}] }])
})
