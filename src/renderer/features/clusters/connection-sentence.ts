import type { ClusterConnection } from '#shared/protocol/commands/clusters.ts'
import { formatPercent, formatTime } from '../../format/format.ts'
import { clusterTexts } from './texts.ts'

/** How a cluster was last reached. */
export function connectionSentence(connection: ClusterConnection): string {
  switch (connection.state) {
    case 'unknown':
      return clusterTexts.notAsked
    case 'connected':
      return clusterTexts.connected(formatTime(connection.heardAt))
    case 'busy': {
      const { phase, done, total } = connection
      return total > 0 ? `${phase}, ${formatPercent(done / total, 0)}` : phase
    }
    case 'lost':
      return clusterTexts.lost(formatTime(connection.since))
  }
}
