import type { WebPreferences } from 'electron'

/**
 * The only web preferences of the project: every window is made with these (SECURITY.md, points 2 to 12).
 * Written out although some are Electron's defaults, so that a change of a default cannot change the studio.
 *
 * @param preloadPath absolute path of the built, self-contained preload script
 */
export function webPreferences(preloadPath: string): WebPreferences {
  return {
    preload: preloadPath,
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
  }
}
