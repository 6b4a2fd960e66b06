/** What an import would make of a data set, told before anything is decoded or stored. */
import { z } from 'zod'

/** Closed list of what makes a data set odd: it comes in only when somebody has seen that and wants it all the same. */
const oddityCodes = [
  'one-class', // every image is of the same class: nothing can be told apart
  'class-without-training-images', // a class that occurs among the other images only
  'class-in-training-only', // a class that no test or validation image shows
  'mostly-left-out', // at least half of the images would be left out
] as const

export const odditySchema = z.strictObject({ code: z.enum(oddityCodes), text: z.string() })
/** `text` is one sentence that names the thing and says what it means. */
export type Oddity = Readonly<z.infer<typeof odditySchema>>
