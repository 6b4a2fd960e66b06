import '#shared/basics/without-eval.ts'
import 'uplot/dist/uPlot.min.css'
import './styles/tokens.css'
import './styles/base.css'
import { mount } from 'svelte'
import type { StudioApi } from '#shared/protocol/contract.ts'
import { damagedStoreHash } from '#shared/protocol/commands/store-repair.ts'
import App from './App.svelte'
import DamagedStore from './features/damaged-store/DamagedStore.svelte'

declare global {
  interface Window {
    readonly api: StudioApi
  }
}

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no element with the id app')
// Known before anything is asked: a damaged store has nothing that the studio's pages could show.
const isDamaged = location.hash === damagedStoreHash
mount(isDamaged ? DamagedStore : App, { target, props: { api: window.api } })
