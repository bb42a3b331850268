/** The style of every page; its hash stands in the content security policy. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --line: color-mix(in srgb, currentColor 18%, transparent);
  --soft: color-mix(in srgb, currentColor 6%, transparent);
  --good: light-dark(#14663a, #6fdc9f);
  --bad: light-dark(#a11616, #ff9c94);
  --accent: light-dark(#2446b8, #a9bcff);
}
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
header { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; justify-content: space-between; padding: 0.8rem 1rem; border-bottom: 1px solid var(--line); }
nav, nav ul { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; align-items: center; margin: 0; padding: 0; list-style: none; }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
main:focus { outline: none; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.15rem; overflow-wrap: anywhere; }
h3 { margin: 1.2rem 0 0.3rem; font-size: 1rem; }
p { max-width: 46rem; overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: 0.15em; }
a[aria-current] { color: inherit; font-weight: 600; text-decoration: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: Canvas; padding: 0.3rem 0.6rem; }
.card { border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.2rem; margin: 0 0 1.2rem; }
.card > h2 { margin-top: 0; }
.muted { color: color-mix(in srgb, currentColor 72%, Canvas); }
.good { color: var(--good); }
.bad { color: var(--bad); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.92rem; }
caption { text-align: left; padding: 0.3rem 0; color: color-mix(in srgb, currentColor 72%, Canvas); }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.8rem 0.4rem 0; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
/* About as high as fifty rows are, until they have been seen. */
.page { content-visibility: auto; contain-intrinsic-size: auto 100% auto 2100px; min-width: 48rem; }
.page table { table-layout: fixed; }
.page td, .page th { overflow-wrap: anywhere; }
.page th:nth-child(1) { width: 20%; }
.page th:nth-child(2) { width: 18%; }
.page th:nth-child(3) { width: 6.5rem; }
.page th:nth-child(4) { width: 11rem; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
svg.chart { display: block; width: 100%; height: 9rem; margin: 0.5rem 0; overflow: visible; }
svg.chart .sent { fill: color-mix(in srgb, var(--accent) 55%, transparent); }
svg.chart .converted { fill: none; stroke: var(--good); stroke-width: 2; vector-effect: non-scaling-stroke; }
svg.chart .blocked { fill: none; stroke: var(--bad); stroke-width: 2; stroke-dasharray: 4 3; vector-effect: non-scaling-stroke; }
svg.chart.low { height: 5rem; margin-bottom: 0; }
svg.chart .took { fill: color-mix(in srgb, var(--good) 60%, transparent); }
ol.ticks { display: flex; list-style: none; margin: 0 0 0.5rem; padding: 0; font-size: 0.72rem; }
ol.ticks li { flex: 1 1 0; min-width: 0; text-align: center; }
svg.chart .axis { stroke: var(--line); vector-effect: non-scaling-stroke; }
.key::before { content: ''; display: inline-block; width: 0.8rem; height: 0.8rem; margin-right: 0.4rem; border-radius: 3px; background: color-mix(in srgb, var(--accent) 55%, transparent); }
.key.refused::before { height: 0.2rem; vertical-align: middle; background: var(--bad); }
.key.goal::before { height: 0.2rem; vertical-align: middle; background: var(--good); }
progress { width: 8rem; height: 0.6rem; accent-color: var(--accent); }
ol.flow, ol.story { list-style: none; margin: 0.8rem 0; padding: 0; }
ol.flow > li, ol.story > li { position: relative; padding: 0.1rem 0 0.9rem 1.6rem; border-left: 2px solid var(--line); margin-left: 0.4rem; overflow-wrap: anywhere; }
ol.flow > li::before, ol.story > li::before { content: ''; position: absolute; left: -0.45rem; top: 0.5rem; width: 0.75rem; height: 0.75rem; border-radius: 50%; background: var(--accent); }
ol.story > li { padding-bottom: 0.4rem; }
ol.story > li::before { width: 0.5rem; height: 0.5rem; left: -0.32rem; top: 0.6rem; background: var(--line); }
ol.flow > li:last-child, ol.story > li:last-child { border-left-color: transparent; padding-bottom: 0; }
ol.flow > li.ahead::before { background: Canvas; border: 2px solid var(--line); }
ol.flow > li.passed { border-left-color: var(--accent); }
ol.flow > li.passed:last-child { border-left-color: transparent; }
ol.flow > li.here::before { box-shadow: 0 0 0 4px color-mix(in srgb, var(--accent) 30%, transparent); }
ol.flow > li.failed::before { background: var(--bad); box-shadow: 0 0 0 4px color-mix(in srgb, var(--bad) 30%, transparent); }
ul.branches { list-style: none; display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0.4rem 0 0; padding: 0; }
ul.branches > li { flex: 1 1 12rem; border: 1px solid var(--line); border-radius: 8px; padding: 0.4rem 0.7rem; }
ul.branches > li.passed { border-color: var(--accent); background: color-mix(in srgb, var(--accent) 8%, transparent); }
ul.branches > li.here { border: 2px solid var(--accent); }
.label { display: block; font-size: 0.82rem; color: color-mix(in srgb, currentColor 72%, Canvas); }
.badge { display: inline-block; font-size: 0.82rem; font-weight: 600; padding: 0.05rem 0.5rem; border-radius: 1rem; background: var(--accent); color: Canvas; white-space: nowrap; }
.failed > .badge { background: var(--bad); }
.done { color: var(--good); }
.opinion { font-style: italic; margin-top: 0; }
code.sql { display: block; margin-top: 0.3rem; padding: 0.4rem 0.6rem; font-size: 0.85rem; background: var(--soft); border-radius: 6px; white-space: pre-wrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1rem; margin: 0 0 1rem; }
dt { color: color-mix(in srgb, currentColor 72%, Canvas); }
dd { margin: 0; overflow-wrap: anywhere; }
td.rate { white-space: nowrap; }
td.wide { min-width: 16rem; }
time { white-space: nowrap; }
form.filters, form.inline { display: flex; flex-wrap: wrap; gap: 0.6rem 1rem; align-items: end; margin: 0 0 1rem; }
label { display: grid; gap: 0.2rem; font-size: 0.92rem; }
input[type='checkbox'] { min-height: 0; }
label.check { display: flex; gap: 0.5rem; align-items: center; }
input, select, button { font: inherit; min-height: 2.5rem; padding: 0.45rem 0.7rem; border-radius: 8px; border: 1px solid color-mix(in srgb, currentColor 55%, transparent); background: Canvas; color: CanvasText; max-width: 100%; }
button { cursor: pointer; background: var(--soft); }
button.quiet { border-color: transparent; background: none; text-decoration: underline; }
button.danger { color: var(--bad); border-color: currentColor; }
textarea { font: 0.85rem/1.45 ui-monospace, monospace; width: 100%; padding: 0.45rem 0.7rem; border-radius: 8px; border: 1px solid color-mix(in srgb, currentColor 55%, transparent); background: Canvas; color: CanvasText; resize: vertical; }
button.main { background: var(--accent); color: Canvas; border-color: transparent; }
main:has(.play) { max-width: 86rem; }
.play > * { min-width: 0; }
.play { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 1.2rem; align-items: start; }
.fields { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: end; margin: 0 0 0.6rem; }
.fields > .fields, .fields > label:has(textarea) { flex: 1 1 100%; margin: 0; }
.fields.grid > label, .fields.grid > label > * { min-width: 0; width: 100%; }
.fields.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 12rem), 1fr)); align-items: end; }
.row { display: flex; flex-wrap: wrap; gap: 0.4rem 1.6rem; }
.row form { margin: 0; }
.tool > .result:empty { display: none; }
.result > p { margin: 0.3rem 0; }
.watch { position: sticky; top: 1rem; }
.tall { max-height: 32rem; overflow-y: auto; }
.kind { display: inline-block; min-width: 4.6rem; font-weight: 600; font-size: 0.85rem; }
ol.story > li.own::before { background: var(--accent); }
nav.runs ul { gap: 0.3rem 0.8rem; margin-bottom: 0.6rem; font-size: 0.92rem; }
iframe { display: block; width: 100%; height: 60vh; border: 1px solid var(--line); border-radius: 8px; background: #fff; color-scheme: light; }
iframe.phone { max-width: 362px; }
ul.mails { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
ul.mails li + li { border-top: 1px solid var(--line); }
ul.mails a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: 0.7rem 1rem; text-decoration: none; color: inherit; overflow-wrap: anywhere; }
ul.mails a:hover, ul.mails a:focus-visible { background: var(--soft); outline-offset: -3px; }
ul.people { columns: 12rem; padding-left: 1.2rem; overflow-wrap: anywhere; }
ul.plain { list-style: none; padding: 0; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 0.8rem; background: var(--soft); border-radius: 8px; }
@media (max-width: 60rem) { .play { grid-template-columns: minmax(0, 1fr); } .watch { display: contents; } .watch > :first-child { order: -1; } }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 0.5rem; } progress { width: 5rem; } .page { min-width: 44rem; } .page th:nth-child(1) { width: 7rem; } .page th:nth-child(2) { width: 5rem; } ol.ticks li:nth-child(even) { visibility: hidden; } }
`;
