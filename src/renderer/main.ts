import '#shared/basics/without-eval.ts'
import 'uplot/dist/uPlot.min.css'
import './styles/tokens.css'
import './styles/base.css'
import { mount } from 'svelte'
import type { StudioApi } from '#shared/protocol/contract.ts'
import App from './App.svelte'

declare global {
  interface Window {
    readonly api: StudioApi
  }
}

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no element with the id app')
mount(App, { target, props: { api: window.api } })
