import type { ClusterConnection } from '../protocol/commands/clusters.ts'

/** How a cluster was last reached, in a few words; times are those of records. */
export function connectionText(connection: ClusterConnection): string {
  switch (connection.state) {
    case 'unknown':
      return 'not asked yet'
    case 'connected':
      return `connected, last heard ${minute(connection.heardAt)}`
    case 'busy': {
      const { phase, done, total } = connection
      return total > 0 ? `${phase}, ${Math.floor((100 * done) / total)} %` : phase
    }
    case 'lost':
      return `not connected since ${minute(connection.since)}: ${connection.error.message}`
  }
}

function minute(at: string): string {
  return at.slice(0, 16).replace('T', ' ')
}
