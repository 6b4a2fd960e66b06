import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { networkFiles, targetsOf } from '#cli/compress/network-files.ts'
import { UsageError } from '#cli/usage-error.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

function folderOf(...names: readonly string[]): string {
  const folder = temporaryFolder()
  for (const name of names) writeFileSync(join(folder, name), '')
  return folder
}

describe('the networks of a command line', () => {
  it('are files as they are, and of a folder what is called like a network and is not compressed yet', async () => {
    const folder = folderOf(
      'b.pth',
      'a.onnx',
      'notes.txt',
      'a.spectral.safetensors',
      'a.nern.safetensors',
      'c.safetensors',
    )
    const other = folderOf('strange.name')
    const found = await networkFiles([folder, join(other, 'strange.name')], '/shipped')
    expect(found.map((path) => basename(path))).toEqual(['a.onnx', 'b.pth', 'c.safetensors', 'strange.name'])
  })

  it('are taken once, however often they are named', async () => {
    const folder = folderOf('a.pth')
    expect(await networkFiles([folder, join(folder, 'a.pth')], '/shipped')).toEqual([join(folder, 'a.pth')])
  })

  it('may be the sample', async () => {
    expect(await networkFiles(['sample'], '/shipped')).toEqual(['/shipped/samples/resnet20-cifar10.safetensors'])
  })

  it.each([
    ['that is not there', () => join(temporaryFolder(), 'nothing.pth')],
    ['in an empty folder', () => temporaryFolder()],
    ['in a folder of other files', () => folderOf('notes.txt')],
  ])('are missed with a remedy: one %s', async (_what, make) => {
    const path = make()
    await expect(networkFiles([path], '/shipped')).rejects.toMatchObject({
      code: 'not-found',
      where: path,
      remedy: expect.stringMatching(/./),
    })
  })
})

describe('the file of', () => {
  it('a single network is the one that was named', async () => {
    const target = join(temporaryFolder(), 'small.spectral.safetensors')
    expect(await targetsOf(['/nets/a.pth'], target)).toEqual([{ source: '/nets/a.pth', target }])
  })

  it('a single network lies in the folder that was named', async () => {
    const folder = temporaryFolder()
    const target = join(folder, 'a.spectral.safetensors')
    expect(await targetsOf(['/nets/a.pth'], folder)).toEqual([{ source: '/nets/a.pth', target }])
    expect(await targetsOf(['/nets/a.pth'], '/new/folder/')).toMatchObject([
      { target: '/new/folder/a.spectral.safetensors' },
    ])
  })

  it('each of several lies in the folder, called like its network', async () => {
    const targets = await targetsOf(['/nets/a.pth', '/nets/b.tar.onnx'], '/new/folder')
    expect(targets.map(({ target }) => target)).toEqual([
      '/new/folder/a.spectral.safetensors',
      '/new/folder/b.tar.spectral.safetensors',
    ])
  })

  it.each([
    ['a file of another kind', ['/nets/a.pth'], '/out/a.onnx', '--out takes a file that ends in .spectral.safetensors'],
    ['the network itself', ['/nets/a.safetensors'], '/nets/a.safetensors', 'would replace the network'],
    ['one file for two networks', ['/nets/a.pth', '/other/a.onnx'], '/out', 'would both become a.spectral.safetensors'],
  ])('is never %s', async (_what, sources, out, said) => {
    const asked = targetsOf(sources, out)
    await expect(asked).rejects.toThrow(UsageError)
    await expect(asked).rejects.toThrow(said)
  })

  it('may stand where a folder with an ending does', async () => {
    const folder = join(temporaryFolder(), 'nets.v2')
    mkdirSync(folder)
    expect(await targetsOf(['/nets/a.pth'], folder)).toMatchObject([{ target: join(folder, 'a.spectral.safetensors') }])
  })
})
