import type { Mutant } from './mutant.ts'

const shell = 'test/unit/main-shell'
const security = 'src/main/windows/security.ts'
const preferences = 'src/main/windows/web-preferences.ts'

/** The literal of web preferences: one mutant a line. */
const preferenceMutants = (
  [
    ['contextIsolation', true],
    ['sandbox', true],
    ['nodeIntegration', false],
    ['nodeIntegrationInWorker', false],
    ['nodeIntegrationInSubFrames', false],
    ['webSecurity', true],
    ['allowRunningInsecureContent', false],
    ['experimentalFeatures', false],
    ['webviewTag', false],
    ['navigateOnDragDrop', false],
  ] as const
).map(([field, value]): Mutant => ({
  name: `${field} is ${value}`,
  file: preferences,
  replaced: `    ${field}: ${value},\n`,
  by: `    ${field}: ${!value},\n`,
  test: `${shell}/web-preferences.test.ts`,
}))

/** By which a page is kept to what it was given. */
const guardMutants: readonly Mutant[] = [
  {
    name: 'a command asks who sends it',
    file: 'src/main/ipc/router.ts',
    replaced: 'if (!isTrusted(event)) {',
    by: 'if (!isTrusted) {',
    test: `${shell}/router.test.ts`,
  },
  {
    name: 'a drop asks who sends it',
    file: 'src/main/ipc/files.ts',
    replaced: '    if (!isTrusted(event)) return fail(untrusted)\n',
    by: '    void [event, isTrusted, untrusted]\n',
    test: `${shell}/files.test.ts`,
  },
  {
    name: 'only known windows are answered',
    file: security,
    replaced: 'if (sender.isDestroyed() || !knownContents.has(sender.id)) return false',
    by: 'if (sender.isDestroyed() || knownContents.size < 0) return false',
    test: `${shell}/security.test.ts`,
  },
  {
    name: 'frames in a page are not answered',
    file: security,
    replaced: 'senderFrame.parent === null && ',
    by: '',
    test: `${shell}/security.test.ts`,
  },
  {
    name: 'other sites are not answered',
    file: security,
    replaced: 'senderFrame.parent === null && isAppUrl(senderFrame.url)',
    by: 'senderFrame.parent === null',
    test: `${shell}/security.test.ts`,
  },
  {
    name: 'the app asks who sends a command, as it is wired',
    file: 'src/main/index.ts',
    replaced: 'isTrustedSender(event, new Set(this.#outboxes.keys()))',
    by: 'isTrustedSender(event, new Set(this.#outboxes.keys())) || true',
    test: 'test/e2e/guards.spec.ts',
  },
  {
    name: 'the app asks who says that it listens',
    file: 'src/main/index.ts',
    replaced: 'if (isTrusted(event)) this.#outboxes',
    by: 'this.#outboxes',
    test: 'test/e2e/guards.spec.ts',
  },
  {
    name: 'the session of the app is guarded',
    file: 'src/main/index.ts',
    replaced: '  guardSession(defaultSession)\n',
    by: '  void guardSession\n',
    test: 'test/e2e/security.spec.ts',
  },
  {
    name: 'the pages of the app are guarded',
    file: 'src/main/index.ts',
    replaced: "app.on('web-contents-created', (_event, contents) =>",
    by: "app.on('gpu-info-update', (_event: unknown, contents: Electron.WebContents) =>",
    test: 'test/e2e/security.spec.ts',
  },
  {
    name: 'a page that crashed is loaded again',
    file: 'src/main/windows/main-window.ts',
    replaced: 'if (crashes <= crashesAllowed) window.webContents.reload()',
    by: 'void crashesAllowed',
    test: 'test/e2e/guards.spec.ts',
  },
  {
    name: 'links are https',
    file: security,
    replaced: "parsed.protocol === 'https:' && ",
    by: '',
    test: `${shell}/security.test.ts`,
  },
  {
    name: 'links have no port',
    file: security,
    replaced: " && parsed.port === ''",
    by: '',
    test: `${shell}/security.test.ts`,
  },
  {
    name: 'links have no user name',
    file: security,
    replaced: " && parsed.username === ''",
    by: '',
    test: `${shell}/security.test.ts`,
  },
  {
    name: 'links have no password',
    file: security,
    replaced: " && parsed.password === ''",
    by: '',
    test: `${shell}/security.test.ts`,
  },
  {
    name: 'hosts of links are on the list, whole',
    file: security,
    replaced: 'externalHosts.includes(parsed.hostname)',
    by: 'externalHosts.some((host) => parsed.hostname.endsWith(host))',
    test: `${shell}/security.test.ts`,
  },
  {
    name: 'windows open in the browser only from the list',
    file: security,
    replaced: "if (allowed === undefined) options.onRefused('window', url)\n    else options.openExternal(allowed)",
    by: 'options.openExternal(allowed ?? url)',
    test: `${shell}/security.test.ts`,
  },
  {
    name: 'no window opens',
    file: security,
    replaced: "return { action: 'deny' }",
    by: "return { action: 'allow' }",
    test: `${shell}/security.test.ts`,
  },
  {
    name: 'permissions are denied',
    file: security,
    replaced: '    answer(false)\n',
    by: '    answer(true)\n',
    test: `${shell}/security.test.ts`,
  },
  {
    name: 'permissions that are checked are denied',
    file: security,
    replaced: 'session.setPermissionCheckHandler(() => false)',
    by: 'session.setPermissionCheckHandler(() => true)',
    test: `${shell}/security.test.ts`,
  },
  {
    name: 'devices are denied',
    file: security,
    replaced: 'session.setDevicePermissionHandler(() => false)',
    by: 'session.setDevicePermissionHandler(() => true)',
    test: `${shell}/security.test.ts`,
  },
  {
    name: 'requests to elsewhere are cancelled',
    file: security,
    replaced: 'cancel: !isOwnRequest(details.url)',
    by: 'cancel: !isOwnRequest(details.url) && false',
    test: `${shell}/security.test.ts`,
  },
  {
    name: 'the policy of the page allows nothing else',
    file: 'src/main/windows/app-protocol.ts',
    replaced: `"default-src 'none'"`,
    by: `"default-src *"`,
    test: `${shell}/app-protocol.test.ts`,
  },
  ...['bypassCSP', 'corsEnabled', 'allowServiceWorkers'].map((privilege): Mutant => ({
    name: `the scheme has no privilege ${privilege}`,
    file: 'src/main/windows/app-protocol.ts',
    replaced: 'privileges: { standard: true,',
    by: `privileges: { ${privilege}: true, standard: true,`,
    test: `${shell}/app-protocol.test.ts`,
  })),
  {
    name: 'no path leaves the built page',
    file: 'src/main/windows/app-protocol.ts',
    replaced: 'if (!realFile.startsWith(realRoot + sep)) return undefined',
    by: 'void sep',
    test: `${shell}/app-protocol.test.ts`,
  },
  {
    name: 'names that every object has are no events',
    file: 'src/preload/api.ts',
    replaced: 'Object.hasOwn(listeners, event) ? listeners[event] : undefined',
    by: 'listeners[event]',
    test: 'test/unit/preload/api.test.ts',
  },
  {
    name: 'the preload refuses what is too large',
    file: 'src/preload/api.ts',
    replaced:
      'return excess === undefined ? ask(ports, commandChannel(command), input) : Promise.resolve(fail(excess))',
    by: 'return ask(ports, commandChannel(command), excess === undefined ? input : input)',
    test: 'test/unit/preload/api.test.ts',
  },
  {
    name: 'main refuses what is too large',
    file: 'src/main/commands/dispatcher.ts',
    replaced: 'if (excess !== undefined) return this.#failed(command, excess)',
    by: 'void excess',
    test: 'test/unit/main/commands/dispatcher.test.ts',
  },
  {
    name: 'names that every object has are no commands',
    file: 'src/main/commands/dispatcher.ts',
    replaced: '!Object.hasOwn(commandInputs, command)',
    by: '!(command in commandInputs)',
    test: 'test/unit/main/commands/dispatcher.test.ts',
  },
  {
    name: 'a program that hands commands over knows the secret',
    file: 'src/main/handover/server.ts',
    replaced: '!hello.success || !isSame(hello.data.secret, this.#secret)',
    by: '!hello.success || !isSame(hello.data.secret, hello.data.secret)',
    test: 'test/unit/main/handover/handover.test.ts',
  },
]

export const windowMutants: readonly Mutant[] = [...preferenceMutants, ...guardMutants]
