/** What a folder of images is understood as, by names and lists alone: the images of these tests are empty files. */
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { asResult } from '#formats/file-error.ts'
import { findImages } from '#formats/image-folder/find-images.ts'
import { readFolderTree } from '#formats/image-folder/folder-tree.ts'
import { SkippedList } from '#formats/image-set/skipped.ts'
import { imageSetPlan, type ImageSetPlan } from '#formats/image-set/plan.ts'
import { splitNames } from '#shared/protocol/records.ts'
import { ok, unwrap, type Result } from '#shared/basics/result.ts'
import { temporaryFolder } from '../support/folder.ts'

/** A folder of these files; a name that ends with a slash is an empty folder. */
async function folderOf(files: Readonly<Record<string, string>> | readonly string[]): Promise<string> {
  const root = await temporaryFolder()
  const entries = Array.isArray(files) ? files.map((name) => [name, ''] as const) : Object.entries(files)
  for (const [name, content] of entries) {
    const path = join(root, name)
    await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true })
    if (!name.endsWith('/')) await writeFile(path, content)
  }
  return root
}

/** Paths of images: `a/0.png`, `a/1.png`, ... for `{ a: 2 }`. */
function images(counts: Readonly<Record<string, number>>, ending = 'png'): Readonly<Record<string, string>> {
  const names = Object.entries(counts).flatMap(([folder, count]) =>
    Array.from({ length: count }, (_, i) => `${folder}/${folder.replaceAll(/\W/g, '-')}-${i}.${ending}`),
  )
  return Object.fromEntries(names.map((name) => [name, '']))
}

function plan(root: string): Promise<Result<ImageSetPlan>> {
  return asResult(async () => {
    const skipped = new SkippedList()
    return ok(imageSetPlan(await findImages(root, await readFolderTree(root, skipped), skipped), 'auto'))
  })
}

/** Class and split of every image, the splits as they came: validation that is cut from training counts as training. */
async function understood(files: Readonly<Record<string, string>> | readonly string[]) {
  const { classNames, images: bySplit, oddities } = unwrap(await plan(await folderOf(files)))
  const filed = splitNames.flatMap((split) =>
    bySplit[split].map(({ name, classIndex, given }): [string, string] => [
      name,
      `${given ?? 'none'} ${classNames[classIndex] ?? '?'}`,
    ]),
  )
  return { classNames, filed: Object.fromEntries(filed), oddities: oddities.map(({ code }) => code) }
}

describe('splits', () => {
  it.each([
    ['train', 'test'],
    ['Training', 'Testing'],
    ['Training_Set', 'test_set'],
    ['TRN', 'tst'],
    ['train-images', 'test-images'],
    ['train2017', 'test2017'],
    ['seg_train', 'seg_test'],
    ['asl_alphabet_train', 'asl_alphabet_test'],
  ])('are the folders %s and %s', async (train, test) => {
    expect(await understood([`${train}/a/1.png`, `${train}/b/2.png`, `${test}/a/3.png`, `${test}/b/4.png`])).toEqual({
      classNames: ['a', 'b'],
      filed: {
        [`${train}/a/1.png`]: 'train a',
        [`${train}/b/2.png`]: 'train b',
        [`${test}/a/3.png`]: 'test a',
        [`${test}/b/4.png`]: 'test b',
      },
      oddities: [],
    })
  })

  it.each(['val', 'Val', 'valid', 'VALIDATION', 'validation_set', 'dev', 'eval', 'evaluation', 'ILSVRC2012_img_val'])(
    'take %s for validation',
    async (name) => {
      const train = name.startsWith('ILSVRC') ? 'ILSVRC2012_img_train' : 'Train'
      const { filed } = await understood([`${train}/a/1.png`, `${train}/b/2.png`, `${name}/a/3.png`, `${name}/b/4.png`])
      expect(filed).toMatchObject({ [`${name}/a/3.png`]: 'validation a', [`${train}/b/2.png`]: 'train b' })
    },
  )

  it('may lie inside the folder of each class', async () => {
    const { classNames, filed } = await understood(['a/train/1.png', 'a/test/2.png', 'b/train/3.png', 'b/test/4.png'])
    expect([classNames, filed]).toEqual([
      ['a', 'b'],
      { 'a/train/1.png': 'train a', 'a/test/2.png': 'test a', 'b/train/3.png': 'train b', 'b/test/4.png': 'test b' },
    ])
  })

  it('are no classes, and classes are no splits: a train is a vehicle', async () => {
    expect(await understood(['bus/1.png', 'car/2.png', 'train/3.png'])).toMatchObject({
      classNames: ['bus', 'car', 'train'],
      oddities: [],
    })
    const bullet = await understood(['bullet_train/1.png', 'test_tube/2.png'])
    expect(bullet.classNames).toEqual(['bullet_train', 'test_tube'])
  })

  it('leave images without labels out when they are for testing, without a doubt about the rest', async () => {
    const files = { ...images({ 'train/a': 2, 'train/b': 2, 'val/a': 1, 'val/b': 1, test: 40 }) }
    const { notes, skipped, oddities, images: bySplit } = unwrap(await plan(await folderOf(files)))
    expect([bySplit.test.length, skipped.count, oddities]).toEqual([2, 40, []])
    expect(notes).toContain('Left out for want of labels, as usual in a contest: 40 test images.')
  })
})

describe('wrappers', () => {
  it.each([
    ['one folder', 'Images/'],
    ['several', 'archive/data_set/'],
  ])('of %s are gone through, with the lists beside them', async (_, wrapper) => {
    const files = { 'classes.txt': 'golden retriever\nborder collie\n', ...images({ [`${wrapper}border collie`]: 1 }) }
    const both = { ...files, ...images({ [`${wrapper}golden retriever`]: 1 }) }
    expect(await understood(both)).toMatchObject({ classNames: ['golden retriever', 'border collie'], oddities: [] })
  })

  it('inside splits and classes are no classes', async () => {
    const { filed, classNames } = await understood([
      'seg_train/seg_train/sea/1.png',
      'seg_train/seg_train/forest/2.png',
      'seg_test/seg_test/sea/images/3.png',
      'seg_test/seg_test/forest/images/4.png',
      'seg_pred/5.png',
    ])
    expect([classNames, Object.values(filed)]).toEqual([
      ['forest', 'sea'],
      ['train forest', 'train sea', 'test forest', 'test sea'],
    ])
  })

  it('of the same name as the split are no classes either', async () => {
    const { filed, classNames } = await understood([
      'train/train/a/1.png',
      'train/train/b/2.png',
      'val/Val/a/3.png',
      'val/Val/b/4.png',
      'test/test/5.png',
    ])
    expect([classNames, Object.values(filed)]).toEqual([
      ['a', 'b'],
      ['train a', 'train b', 'validation a', 'validation b'],
    ])
  })

  it('beside which annotations lie are gone through as well', async () => {
    const dogs = await understood(['Images/pug/1.jpg', 'Images/beagle/2.jpg', 'Annotation/pug/1', 'lists/a.mat'])
    expect(dogs.classNames).toEqual(['beagle', 'pug'])
  })
})

describe('links', () => {
  it('to folders are followed, but not around', async () => {
    const root = await folderOf(['raw/x/1.png', 'raw/y/2.png', 'set/train/b/3.png'])
    await symlink(join(root, 'raw/x'), join(root, 'set/train/a'))
    await symlink(root, join(root, 'set/train/around'))
    await symlink(join(root, 'nothing'), join(root, 'set/train/broken.png'))
    const found = unwrap(await plan(join(root, 'set')))
    expect([found.classNames, found.skipped.files.map(({ file, detail }) => `${file}: ${detail}`)]).toEqual([
      ['a', 'b'],
      ['train/around: a link to a folder that it lies in', 'train/broken.png: a link to nothing that can be read'],
    ])
  })

  it('that lead around through another link end there', async () => {
    const root = await folderOf(['set/a/1.png', 'set/b/2.png', 'other/'])
    await symlink(join(root, 'other'), join(root, 'set/a/there'))
    await symlink(join(root, 'set'), join(root, 'other/back'))
    const { images: bySplit, skipped } = unwrap(await plan(join(root, 'set')))
    expect([bySplit.test.map(({ name }) => name), skipped.files.map(({ file }) => file)]).toEqual([
      ['a/1.png', 'b/2.png'],
      ['a/there/back'],
    ])
  })
})

it.skipIf(process.platform !== 'linux')('leaves out names that are not UTF-8, by name', async () => {
  const root = await folderOf(['a/1.png', 'b/2.png'])
  await writeFile(Buffer.concat([Buffer.from(`${root}/b/caf`), Buffer.from([0xe9]), Buffer.from('.png')]), '')
  const { images: bySplit, skipped } = unwrap(await plan(root))
  expect([bySplit.test.length, skipped.files]).toEqual([
    2,
    [{ file: 'b/caf\\xe9.png', reason: 'unsupported', detail: 'a name that is not UTF-8' }],
  ])
})

describe('folders of a class without images', () => {
  it.each(['b/', 'b/only.bmp', 'b/.keep'])('stay classes: %s', async (empty) => {
    const { classNames, notes } = unwrap(await plan(await folderOf(['a/1.png', empty, 'c/2.png'])))
    expect([classNames, notes]).toEqual([['a', 'b', 'c'], ['Without images, but kept as a class: "b".']])
  })
})

describe('a table of labels', () => {
  const twoFiles = ['images/a.png', 'images/b.png']
  const right = { classNames: ['frog', 'truck'], filed: { 'images/a.png': 'none truck', 'images/b.png': 'none frog' } }

  it.each([
    ['id and label', 'trainLabels.csv', 'id,label\na,truck\nb,frog\n'],
    ['ImageId;Class', 'labels.csv', 'ImageId;Class\na.png;truck\nb.png;frog\n'],
    ['tabs and a BOM', 'labels.tsv', '\ufefffile_name\tspecies\r\na.png\ttruck\r\nb.png\tfrog\r\n'],
    ['backslashes', 'train.csv', 'path,category\n.\\images\\a.png,truck\nimages\\b.png,frog\n'],
    ['./ and blanks', 'metadata.csv', 'Image Name , Label \n ./images/a.png , truck \n ./images/b.png ,"frog"\n'],
    ['longer paths', 'labels.csv', 'image_path,class\ndata/set/images/a.png,truck\ndata/set/images/b.png,frog\n'],
    ['Image and Id', 'train.csv', 'Image,Id\na.png,truck\nb.png,frog\n'],
    [
      'JSON lines',
      'metadata.jsonl',
      '{"file_name": "images/a.png", "label": "truck"}\n{"file_name": "b.png", "label": "frog", "x": [1]}\n',
    ],
    ['class names alone', 'labels.csv', 'filename,class_name\na.png,truck\nb.png,frog\n'],
    ['no header', 'labels.csv', 'a.png,truck\nb.png,frog\n'],
    ['no header and blanks', 'labels.txt', 'images/a.png truck\nimages/b.png frog\n'],
  ])('may have %s', async (_, name, content) => {
    const { classNames, filed } = await understood({
      [name]: content,
      ...Object.fromEntries(twoFiles.map((f) => [f, ''])),
    })
    const given = name === 'labels.csv' || !name.startsWith('train') ? 'none' : 'train'
    const expected = Object.fromEntries(
      Object.entries(right.filed).map(([file, is]) => [file, is.replace('none', given)]),
    )
    expect([classNames, filed]).toEqual([right.classNames, expected])
  })

  it.each([
    ['from 0', '0', '2', ['0', '1', '2'], '0', '2'],
    ['from 1 without a gap', '2', '1', ['1', '2'], '2', '1'],
    ['as floats', '1.0', '0.0', ['0', '1'], '1', '0'],
  ])('may number the classes %s', async (_, a, b, classNames, classOfA, classOfB) => {
    const files = { 'labels.csv': `image,label\na.png,${a}\nb.png,${b}\n`, 'images/a.png': '', 'images/b.png': '' }
    expect(await understood(files)).toMatchObject({
      classNames,
      filed: { 'images/a.png': `none ${classOfA}`, 'images/b.png': `none ${classOfB}` },
    })
  })

  it('may name the split of each image', async () => {
    const table = 'class id,filepaths,labels,data set\n0,jpg/1.jpg,auk,train\n1,jpg/2.jpg,emu,valid\n'
    const { classNames, filed } = await understood({ 'birds.csv': table, 'jpg/1.jpg': '', 'jpg/2.jpg': '' })
    expect([classNames, filed]).toEqual([['auk', 'emu'], { 'jpg/1.jpg': 'train auk', 'jpg/2.jpg': 'validation emu' }])
  })

  it('may be one for each split, in its folder or by its name', async () => {
    const { filed } = await understood({
      'train/metadata.csv': 'file_name,label\n1.png,a\n2.png,b\n',
      'train/1.png': '',
      'train/2.png': '',
      'test.csv': 'file_name,label\n1.png,b\n2.png,a\n',
      'test/1.png': '',
      'test/2.png': '',
    })
    expect(filed).toEqual({
      'train/1.png': 'train a',
      'train/2.png': 'train b',
      'test/1.png': 'test b',
      'test/2.png': 'test a',
    })
  })

  it('speaks of its own split: the 1 in trainLabels.csv is not the 1 in test', async () => {
    const { filed } = await understood({
      'trainLabels.csv': 'id,label\n1,frog\n2,truck\n',
      'sampleSubmission.csv': 'id,label\n1,cat\n2,cat\n',
      ...images({ train: 0 }),
      'train/1.png': '',
      'train/2.png': '',
      'test/1.png': '',
      'test/2.png': '',
    })
    expect(filed).toEqual({ 'train/1.png': 'train frog', 'train/2.png': 'train truck' })
  })

  it('is refused when two images have the name that it gives', async () => {
    const files = { 'labels.csv': 'file,label\n1.png,a\n2.png,b\n', 'x/1.png': '', 'y/1.png': '', 'x/2.png': '' }
    const flat = {
      'labels.csv': files['labels.csv'],
      'all/x/1.png': '',
      'all/y/1.png': '',
      'all/x/2.png': '',
      'all/0.png': '',
    }
    const result = await plan(await folderOf(flat))
    expect(result).toMatchObject({
      ok: false,
      error: {
        code: 'dataset-invalid',
        message:
          'labels.csv: line 2: expected the name of one image, found "1.png", which all/x/1.png and all/y/1.png both have',
        remedy: 'Write the names in labels.csv with their folders, as in all/y/1.png, and import again.',
      },
    })
  })

  it('beside folders of classes is not used, and said to be so', async () => {
    const { classNames, skipped, oddities } = unwrap(
      await plan(
        await folderOf({
          ...images({ 'train/cat': 3, 'train/dog': 3 }),
          'noisy.csv': 'path,noisy_labels_0\ntrain/cat/train-cat-0.png,dog\n',
        }),
      ),
    )
    expect([classNames, oddities, skipped.files]).toEqual([
      ['cat', 'dog'],
      [],
      [{ file: 'noisy.csv', reason: 'unsupported', detail: 'not needed: the folders say the classes' }],
    ])
  })

  it('that says other classes than the folders makes a set odd', async () => {
    const names = ['part1/0.png', 'part1/1.png', 'part1/2.png', 'part2/3.png', 'part2/4.png', 'part2/5.png']
    const table = `image,dx\n${names.map((name, i) => `${name},${['nv', 'mel', 'bcc'][i % 3]}`).join('\n')}\n`
    const { oddities } = await understood({
      'HAM10000.csv': table,
      ...Object.fromEntries(names.map((name) => [name, ''])),
    })
    expect(oddities).toEqual(['labels-disagree'])
  })
})

describe('lists of well-known sets', () => {
  it('label the validation images of ILSVRC by a solution, a list of Caffe or the ground truth of the kit', async () => {
    const files = [
      'train/n02/x.JPEG',
      'train/n01/y.JPEG',
      'val/ILSVRC2012_val_00000001.JPEG',
      'val/ILSVRC2012_val_00000002.JPEG',
    ]
    const lists = [
      {
        'LOC_val_solution.csv':
          'ImageId,PredictionString\nILSVRC2012_val_00000001,n02 1 2 3 4\nILSVRC2012_val_00000002,n01 9 9 9 9 n01 1 1 1 1\n',
      },
      { 'val.txt': 'ILSVRC2012_val_00000001.JPEG 1\nILSVRC2012_val_00000002.JPEG 0\n' },
      {
        'ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt': '1\n2\n',
        'ILSVRC2012_devkit_t12/data/map_clsloc.txt': 'n02 1 kit_fox\nn01 2 tench\n',
      },
    ]
    for (const list of lists) {
      const { filed, classNames } = await understood({
        ...Object.fromEntries(files.map((name) => [name, ''])),
        ...list,
      })
      expect([
        classNames,
        filed['val/ILSVRC2012_val_00000001.JPEG'],
        filed['val/ILSVRC2012_val_00000002.JPEG'],
      ]).toEqual([['n01', 'n02'], 'validation n02', 'validation n01'])
    }
  })

  it('want the order of the kit for the numbers of its ground truth', async () => {
    const files = {
      'ILSVRC2012_validation_ground_truth.txt': '1\n2\n',
      'LOC_synset_mapping.txt': 'n01 tench\nn02 kit fox\n',
      'val/1.JPEG': '',
      'val/2.JPEG': '',
    }
    expect(await plan(await folderOf(files))).toMatchObject({
      ok: false,
      error: {
        code: 'dataset-invalid',
        message: expect.stringMatching(/order of the ILSVRC development kit.*alphabetical order/),
        remedy: expect.stringMatching(/map_clsloc\.txt/),
      },
    })
    const inOrder = { ...files, 'LOC_synset_mapping.txt': 'n02 kit fox\nn01 tench\n' }
    expect((await understood(inOrder)).filed).toEqual({
      'val/1.JPEG': 'validation kit fox',
      'val/2.JPEG': 'validation tench',
    })
  })

  it('give CUB-200 its classes and splits by number', async () => {
    const { classNames, filed } = await understood({
      'classes.txt': '1 001.Auk\n2 002.Emu\n',
      'images.txt': '1 001.Auk/x.jpg\n2 002.Emu/y.jpg\n3 002.Emu/z.jpg\n',
      'image_class_labels.txt': '1 1\n2 2\n3 2\n',
      'train_test_split.txt': '1 1\n2 1\n3 0\n',
      'bounding_boxes.txt': '1 60.0 27.0 325.0 304.0\n2 139.0 30.0 153.0 264.0\n3 14.0 112.0 388.0 186.0\n',
      'images/001.Auk/x.jpg': '',
      'images/002.Emu/y.jpg': '',
      'images/002.Emu/z.jpg': '',
    })
    expect([classNames, filed]).toEqual([
      ['001.Auk', '002.Emu'],
      {
        'images/001.Auk/x.jpg': 'train 001.Auk',
        'images/002.Emu/y.jpg': 'train 002.Emu',
        'images/002.Emu/z.jpg': 'test 002.Emu',
      },
    ])
  })

  it('name the synsets of folders', async () => {
    const { classNames } = await understood({
      'words.txt': 'n00000001\tentity\nn01440764\ttench, Tinca tinca\nn02102040\tEnglish springer\n',
      'train/n02102040/1.JPEG': '',
      'train/n01440764/2.JPEG': '',
    })
    expect(classNames).toEqual(['tench', 'English springer'])
  })

  it('may hold blanks in the names of classes', async () => {
    const { classNames } = await understood({
      'classes.txt': 'golden retriever\ngolden eagle\n',
      'labels.csv': 'file,label\n1.png,golden eagle\n2.png,0\n',
      'images/1.png': '',
      'images/2.png': '',
    })
    expect(classNames).toEqual(['golden retriever', 'golden eagle'])
  })
})

describe('a set is odd', () => {
  it.each([
    ['of one class', ['a/1.png', 'a/2.png'], ['one-class']],
    ['with folders of classes in a single class', ['set/a/x/1.png', 'set/b.png'], ['one-class']],
    [
      'whose test images show other classes',
      ['train/a/1.png', 'train/b/2.png', 'test/a/3.png', 'test/c/4.png'],
      ['class-without-training-images', 'class-in-training-only'],
    ],
    [
      'of which most is left out',
      [
        'train/a/1.png',
        'train/b/2.png',
        'test/a/3.png',
        'test/b/3.png',
        ...Array.from({ length: 9 }, (_, i) => `more/${i}.png`),
      ],
      ['mostly-left-out'],
    ],
  ])('%s', async (_, files, codes) => {
    expect((await understood(files)).oddities).toEqual(codes)
  })
})
