/** An Electron app that renders an SVG file to a PNG: render-svg SOURCE TARGET PIXELS */
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { app, BrowserWindow } from 'electron'

const [source, target, pixels] = process.argv.slice(-3)
const size = Number(pixels)
app.commandLine.appendSwitch('force-device-scale-factor', '1')
app.whenReady().then(render)

async function render() {
  const window = new BrowserWindow({
    width: size,
    height: size,
    useContentSize: true,
    frame: false,
    transparent: true,
    webPreferences: { offscreen: true, sandbox: true },
  })
  const image = `data:image/svg+xml;base64,${readFileSync(source).toString('base64')}`
  const page = `<body style="margin:0"><img width="${size}" height="${size}" src="${image}"></body>`
  const painted = new Promise((resolve) => window.webContents.once('paint', resolve))
  await window.loadURL(`data:text/html,${encodeURIComponent(page)}`)
  await painted
  const picture = await window.webContents.capturePage({ x: 0, y: 0, width: size, height: size })
  writeFileSync(target, picture.toPNG())
  app.quit()
}
