/** Takes out what a folder of Electron holds for development and a product does not need. */
import fs from 'node:fs'
import path from 'node:path'

/** Called by electron-builder before it flips the fuses and signs. */
export default function afterPack({ appOutDir, packager, electronPlatformName }) {
  const resources =
    electronPlatformName === 'darwin'
      ? path.join(appOutDir, `${packager.appInfo.productFilename}.app`, 'Contents', 'Resources')
      : path.join(appOutDir, 'resources')
  fs.rmSync(path.join(resources, 'default_app.asar'), { force: true })
  fs.rmSync(path.join(appOutDir, '.recipe'), { force: true })
}
