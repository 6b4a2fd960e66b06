/** Experiments whose curves are shown as one. */
import { commonName } from '#shared/measures/seed-groups.ts'
import type { OverlayRun } from './overlay-runs.svelte.ts'

export interface RunGroup<Run = OverlayRun> {
  readonly key: string
  readonly name: string
  readonly runs: readonly Run[]
}

type NamedRun = Pick<OverlayRun, 'experiment'>

/** By what `keyOf` says, in the order of the first of each; a run of which nothing is known yet stands alone. */
export function groupRuns<Run extends NamedRun>(
  runs: readonly Run[],
  keyOf: (run: Run) => { readonly key: string; readonly name?: string } | undefined,
): readonly RunGroup<Run>[] {
  const groups = new Map<string, { name: string | undefined; runs: Run[] }>()
  for (const run of runs) {
    const own = keyOf(run)
    const key = own?.key ?? run.experiment.id
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { name: own?.name, runs: [run] })
    else group.runs.push(run)
  }
  return [...groups].map(([key, { name, runs: members }]) => ({
    key,
    name: name ?? groupName(members),
    runs: members,
  }))
}

function groupName(members: readonly NamedRun[]): string {
  const [first, ...others] = members.map(({ experiment }) => experiment.name)
  return others.length === 0 ? (first ?? '') : commonName([first ?? '', ...others])
}
