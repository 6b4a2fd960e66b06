import type { Campaign } from './campaign.ts'
import { clockCampaign } from './clock-campaign.ts'
import { flipCampaigns } from './flip-campaigns.ts'
import { memoryCampaign } from './memory-campaign.ts'
import { runCampaigns } from './run-campaigns.ts'
import { taskCampaigns } from './task-campaigns.ts'

/** All there are, in the order in which they are run. */
export const campaigns: readonly Campaign[] = [
  ...runCampaigns,
  ...taskCampaigns,
  ...flipCampaigns,
  clockCampaign,
  memoryCampaign,
]
