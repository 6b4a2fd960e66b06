import { expect, test } from 'vitest'
import { webPreferences } from '#main/windows/web-preferences.ts'

test('the web preferences equal this literal: a change here is a change of SECURITY.md', () => {
  expect(webPreferences('/preload.cjs')).toStrictEqual({
    preload: '/preload.cjs',
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
    enableWebSQL: false,
    safeDialogs: true,
  })
})
