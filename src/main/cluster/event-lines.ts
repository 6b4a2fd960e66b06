import { jsonOrNothing } from '#shared/basics/json-or-nothing.ts'
import { unpackValue } from '#shared/cluster/packed.ts'
import { eventLineSchema, MOST_LINE_BYTES, type RemoteEvent } from '#shared/cluster/remote-events.ts'
import { fromTrainerSchema, type FromTrainer } from '#shared/protocol/trainer-protocol.ts'
import { Turn } from '../basics/turn.ts'

/** Events of one piece of an attempt's file, which ends with a line break. What cannot be read is left out, and counted in a note. */
export async function readEventLines(bytes: Buffer, attempt: number, offset: number): Promise<readonly RemoteEvent[]> {
  const turn = new Turn()
  const events: RemoteEvent[] = []
  let unread = 0
  let place = offset
  let at = 0
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, end + 1)) {
    const line = bytes.subarray(place - offset, end)
    place = offset + end + 1
    await turn.endIfLong()
    const event = readLine(line, attempt)
    if (event === undefined) unread++
    else {
      at = event.at
      events.push({ ...event, end: { attempt, offset: place } })
    }
  }
  if (unread > 0) {
    const noun = unread === 1 ? 'line' : 'lines'
    const text = `${unread} ${noun} from the cluster could not be read and ${unread === 1 ? 'was' : 'were'} left out.`
    events.push({ type: 'note', at, level: 'warning', text, end: { attempt, offset: place } })
  }
  return events
}

type BareEvent = RemoteEvent extends infer Event ? (Event extends RemoteEvent ? Omit<Event, 'end'> : never) : never

function readLine(line: Buffer, attempt: number): BareEvent | undefined {
  if (line.byteLength > MOST_LINE_BYTES) return undefined
  const parsed = eventLineSchema.safeParse(jsonOrNothing(line.toString('utf8')))
  if (!parsed.success) return undefined
  const event = parsed.data
  if (event.type === 'attempt' && event.attempt !== attempt) return undefined
  if (event.type !== 'message') return event
  const message = messageOf(event.packed)
  return message === undefined ? undefined : { type: 'message', at: event.at, message }
}

function messageOf(packed: unknown): FromTrainer | undefined {
  try {
    const parsed = fromTrainerSchema.safeParse(unpackValue(packed))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined // Nested too deep, or pointing at bytes where there are none.
  }
}
