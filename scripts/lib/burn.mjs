/** Keeps one processor busy as long as its parent is connected, and never for longer than `node burn.mjs SECONDS`. */
import process from 'node:process'

const endsAt = performance.now() + Number(process.argv[2]) * 1000
const SLICE_MS = 50

function burn() {
  if (!process.connected || performance.now() > endsAt) return process.exit()
  for (const until = performance.now() + SLICE_MS; performance.now() < until;);
  // Lets the end of the parent be noticed.
  setImmediate(burn)
}

burn()
