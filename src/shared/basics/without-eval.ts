/**
 * Import this first where a content security policy forbids `eval` (windows and preloads): zod otherwise compiles
 * its parsers with `new Function`, and each attempt is reported as a violation.
 */
import { z } from 'zod'

z.config({ jitless: true })
