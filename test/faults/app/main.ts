/** `npm run test:faults -- --campaign app-kills`: the same for the app in a real Electron. */
import { runCommand } from '../command.ts'
import { appKills } from './app-kills.ts'

// Playwright's connections to killed apps would keep this process.
process.exit(await runCommand([appKills], console.log))
