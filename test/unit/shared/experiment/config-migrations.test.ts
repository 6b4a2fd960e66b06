import { describe, expect, it } from 'vitest'
import { readConfig } from '#shared/experiment/config-migrations.ts'
import { configVersion } from '#shared/experiment/config-fields.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { wholeNetwork } from '#shared/methods/nern/partition.ts'
import { networkPresets } from '#shared/experiment/presets.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import version1 from '../../../fixtures/configs/version-1.json' with { type: 'json' }

/** What predictors have had since: all that were there before are of a whole network. */
function withWholeNetwork(read: object = {}): object {
  if (!('predictor' in read)) return read
  const { representation, predictor, ...rest }: { representation?: object; predictor?: unknown } = read
  return {
    ...rest,
    representation: { ...representation, tiles: false },
    predictor: { ...Object(predictor), partition: wholeNetwork },
  }
}

describe('configurations of version 1', () => {
  it.each(version1.cases)('$what ($commit) is read as the last studio of version 1 read it', ({ config, read }) => {
    expect(readConfig(config)).toEqual({ ...withWholeNetwork(read), version: configVersion })
  })

  it('may lack their version', () => {
    const { version: _version, ...config } = version1.cases[0]?.config ?? { version: 1 }
    expect(readConfig(config)).toEqual({ ...withWholeNetwork(version1.cases[0]?.read), version: configVersion })
  })
})

it.each([...networkPresets.map(({ config }) => config), trainDefaults])(
  'a configuration of the present version stays as it is: %#',
  (config) => {
    expect(readConfig(JSON.parse(JSON.stringify(config)))).toEqual(config)
  },
)

describe('what cannot be read', () => {
  it.each([
    ['a newer version', { ...fastConfig, version: configVersion + 1 }, /made by a newer studio: .* version 3/],
    ['a version that is no number', { ...fastConfig, version: 'two' }, /has the version "two"/],
    ['an unknown kind', { version: configVersion, kind: 'dream' }, /not one this studio knows/],
    ['an unknown field', { ...fastConfig, imagination: 1 }, /not one this studio knows/],
    ['a missing field', { ...fastConfig, predictor: {} }, /not one this studio knows/],
    ['a text', 'compress', /not one this studio knows/],
    ['nothing', null, /not one this studio knows/],
  ])('%s is told with what to do', (_what, stored, message) => {
    expect(() => readConfig(stored)).toThrow(
      expect.objectContaining({ code: 'record-unreadable', message: expect.stringMatching(message) }),
    )
    expect(() => readConfig(stored)).toThrow(
      expect.objectContaining({ remedy: expect.stringMatching(/[Uu]pdate the studio/) }),
    )
  })
})
