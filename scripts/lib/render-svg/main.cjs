/** An Electron app that renders an SVG file to a PNG: render-svg SOURCE TARGET PIXELS */
const fs = require('node:fs')
const { app, BrowserWindow } = require('electron')

const [source, target, pixels] = process.argv.slice(-3)
const size = Number(pixels)
app.commandLine.appendSwitch('force-device-scale-factor', '1')
app.whenReady().then(async () => {
  const window = new BrowserWindow({
    width: size,
    height: size,
    useContentSize: true,
    frame: false,
    transparent: true,
    webPreferences: { offscreen: true, sandbox: true },
  })
  const image = `data:image/svg+xml;base64,${fs.readFileSync(source).toString('base64')}`
  const page = `<body style="margin:0"><img width="${size}" height="${size}" src="${image}"></body>`
  const painted = new Promise((resolve) => window.webContents.once('paint', resolve))
  await window.loadURL(`data:text/html,${encodeURIComponent(page)}`)
  await painted
  const picture = await window.webContents.capturePage({ x: 0, y: 0, width: size, height: size })
  fs.writeFileSync(target, picture.toPNG())
  app.quit()
})
