import { html } from './markup.ts'

/** Of the report; colours have one value for each theme, chosen by the reader's system. */
export const reportStyle = html`<style>
  :root {
    color-scheme: light dark;
    --canvas: light-dark(#f7f8fa, #0e1014);
    --surface: light-dark(#fff, #15181e);
    --line: light-dark(#e3e6eb, #262b34);
    --text: light-dark(#16191f, #e7e9ee);
    --muted: light-dark(#555c6b, #a4abb8);
    --predictor: light-dark(#4b4fd9, #8f93ff);
    --permutation: light-dark(#b8500c, #f0954f);
    --kernels: light-dark(#1769b5, #63aef0);
    --batch-norm: light-dark(#0b7f77, #3cc4b8);
    --linear: light-dark(#b3266f, #f075ad);
    --other: light-dark(#7c4a2d, #c99a7c);
    --header: light-dark(#5f6675, #a2aab8);
    --rest: light-dark(#c9ced8, #3b414d);
  }
  * {
    box-sizing: border-box;
    margin: 0;
  }
  body {
    max-width: 860px;
    margin: 0 auto;
    padding: 40px 24px 64px;
    background: var(--canvas);
    color: var(--text);
    font:
      14px/1.5 system-ui,
      'Segoe UI',
      'Liberation Sans',
      sans-serif;
    font-variant-numeric: tabular-nums;
  }
  h1 {
    font-size: 26px;
    line-height: 1.25;
    overflow-wrap: anywhere;
  }
  h2 {
    margin-bottom: 12px;
    font-size: 16px;
  }
  .eyebrow {
    color: var(--muted);
    font-size: 12px;
  }
  .muted {
    color: var(--muted);
    font-size: 12px;
    font-weight: 400;
  }
  td .muted,
  th .muted,
  dd .muted {
    display: block;
  }
  section,
  .stats {
    margin-top: 20px;
    padding: 20px;
    border: 1px solid var(--line);
    border-radius: 10px;
    background: var(--surface);
  }
  section > .muted {
    margin-top: 10px;
  }
  .stats {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(170px, 1fr));
    gap: 16px;
  }
  .stats dt {
    color: var(--muted);
    font-size: 12px;
  }
  .stats dd {
    font-size: 20px;
    font-weight: 620;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th,
  td {
    padding: 6px 0 6px 12px;
    border-top: 1px solid var(--line);
    text-align: left;
    vertical-align: top;
  }
  th:first-child {
    padding-left: 0;
  }
  thead th {
    border-top: none;
    color: var(--muted);
    font-size: 12px;
    font-weight: 500;
  }
  tbody th {
    font-weight: 500;
    overflow-wrap: anywhere;
  }
  .number {
    text-align: right;
    white-space: nowrap;
  }
  .total > * {
    font-weight: 620;
  }
  .facts {
    display: grid;
    grid-template-columns: minmax(150px, 30%) minmax(0, 1fr);
    gap: 5px 16px;
  }
  .facts dt {
    color: var(--muted);
    overflow-wrap: anywhere;
  }
  .facts dd {
    overflow-wrap: anywhere;
  }
  .notes {
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  pre {
    padding: 10px 12px;
    border: 1px solid var(--line);
    border-radius: 6px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  pre,
  code {
    font:
      12px ui-monospace,
      'DejaVu Sans Mono',
      monospace;
  }
  svg {
    display: block;
    width: 100%;
    margin-bottom: 14px;
    overflow: visible;
  }
  svg text {
    fill: var(--muted);
    font-size: 12px;
  }
  svg .end {
    text-anchor: end;
  }
  svg .value {
    fill: var(--text);
  }
  .interval {
    stroke: var(--muted);
    stroke-width: 2;
  }
  .grid {
    stroke: var(--line);
  }
  .swatch {
    display: inline-block;
    width: 10px;
    height: 10px;
    margin-right: 8px;
    border-radius: 2px;
  }
  .fill-predictor {
    fill: var(--predictor);
  }
  .back-predictor {
    background: var(--predictor);
  }
  .fill-permutation {
    fill: var(--permutation);
  }
  .back-permutation {
    background: var(--permutation);
  }
  .fill-kernels {
    fill: var(--kernels);
  }
  .back-kernels {
    background: var(--kernels);
  }
  .fill-batch-norm {
    fill: var(--batch-norm);
  }
  .back-batch-norm {
    background: var(--batch-norm);
  }
  .fill-linear {
    fill: var(--linear);
  }
  .back-linear {
    background: var(--linear);
  }
  .fill-other {
    fill: var(--other);
  }
  .back-other {
    background: var(--other);
  }
  .fill-header {
    fill: var(--header);
  }
  .back-header {
    background: var(--header);
  }
  .fill-rest {
    fill: var(--rest);
  }
  @media print {
    section,
    .stats {
      break-inside: avoid;
    }
  }
</style>`
