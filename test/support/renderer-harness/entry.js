/**
 * The renderer in a plain browser, against an invented studio: `vite --config test/support/renderer-harness/vite.config.ts`,
 * then `?scenario=full|empty|loading|broken|many`, `&theme=light|dark`, `&place={"name":"networks"}`.
 */
import { FakeStudio } from './fake-studio.ts'

const query = new URLSearchParams(location.search)
const studio = new FakeStudio(query.get('scenario') ?? 'full', query.get('theme') ?? 'system')
// The next script of the page mounts the renderer on it.
Object.assign(window, { api: studio })
const place = query.get('place')
if (place !== null) window.addEventListener('load', () => studio.show(JSON.parse(place)))
