/** What the networks of a family take: RGB images of one size, [channels, height, width]. */
import type { Network } from '../network.ts'

export const cifarImages: Network['inputShape'] = { channels: 3, height: 32, width: 32 }
export const imagenetImages: Network['inputShape'] = { channels: 3, height: 224, width: 224 }
