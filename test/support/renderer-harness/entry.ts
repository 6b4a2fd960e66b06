/**
 * The renderer in a plain browser, against an invented studio: `vite --config test/support/renderer-harness/vite.config.ts`,
 * then `?scenario=full|empty|loading|broken|many`, `&theme=light|dark`, `&place={"name":"networks"}`.
 */
import { FakeStudio, type Scenario } from './fake-studio.ts'

const query = new URLSearchParams(location.search)
const scenarios: readonly Scenario[] = ['full', 'empty', 'loading', 'broken', 'many']
const scenario = scenarios.find((name) => name === query.get('scenario')) ?? 'full'
const theme = query.get('theme')
const studio = new FakeStudio(scenario, theme === 'light' || theme === 'dark' ? theme : 'system')
Object.assign(window, { api: studio, fakeStudio: studio })
await import('#renderer/main.ts')
const place = query.get('place')
if (place !== null) studio.show(JSON.parse(place))
