/** The whole style of the HTML report. Navy and antifouling red are a hull's colours above and below the load line. */
export const htmlStyle = `
:root {
  color-scheme: light dark;
  --paper: #f7f6f2; --card: #ffffff; --ink: #16202e; --soft: #566272; --line: #dcd9d0; --code: #f1efe9;
  --navy: #15395b; --on-navy: #f4f7fa; --red: #a92a1c; --amber: #8a5800; --blue: #1d5c8a; --green: #1f6b4a;
  --bar-good: #2c8a63; --bar-fair: #d79a2b; --bar-poor: #c0402f; --mark: #ffe3a3; --track: #eae7de;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0e151d; --card: #16202b; --ink: #e4e9ef; --soft: #9aa8b7; --line: #2a3744; --code: #0f1821;
    --navy: #12293f; --on-navy: #eaf1f8; --red: #ff8a76; --amber: #f0b957; --blue: #7cbcf0; --green: #6ccb9f;
    --bar-good: #3da57a; --bar-fair: #cf9631; --bar-poor: #d65a48; --mark: #5d4710; --track: #223040;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
code, pre, .place, .file h3, .chain, svg .label { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
a { color: var(--blue); }
.banner { background: var(--navy); color: var(--on-navy); border-bottom: 6px solid #a5301f; }
.inner { max-width: 72rem; margin: 0 auto; padding: 0 1.5rem; }
.banner .inner { display: flex; flex-wrap: wrap; align-items: center; gap: 1rem 2.5rem; padding-top: 1.75rem; padding-bottom: 1.75rem; }
.banner .what { flex: 1 1 20rem; min-width: 0; }
.banner h1 { margin: 0; font-size: 2rem; line-height: 1.2; overflow-wrap: anywhere; }
.banner .looked { margin: .35rem 0 0; opacity: .85; }
.brand { display: flex; align-items: center; gap: .5rem; margin: 0 0 .6rem; font-size: .85rem; letter-spacing: .14em; text-transform: uppercase; opacity: .85; }
.brand svg { display: block; }
.gauge { text-align: right; white-space: nowrap; }
.gauge b { font-size: 3.4rem; line-height: 1; font-weight: 650; font-variant-numeric: tabular-nums; }
.gauge span { opacity: .8; }
.gauge small { display: block; letter-spacing: .06em; opacity: .85; }
main { padding-top: 1.5rem; padding-bottom: 3rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 0 0 1.5rem; padding: 0; list-style: none; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-left: 5px solid var(--tone, var(--line)); border-radius: 8px; padding: .7rem 1rem; }
.tiles b { display: block; font-size: 1.7rem; line-height: 1.15; font-variant-numeric: tabular-nums; }
.tiles .error { --tone: var(--bar-poor); } .tiles .warning { --tone: var(--bar-fair); } .tiles .note { --tone: var(--blue); } .tiles .safe { --tone: var(--bar-good); }
.tiles span { color: var(--soft); }
.panels { display: grid; grid-template-columns: minmax(0, 1.1fr) minmax(0, 1fr); gap: 1.25rem; align-items: start; }
.panel { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.25rem; margin: 0 0 1.25rem; }
h2 { font-size: 1.15rem; margin: 0 0 .7rem; }
main > .inner > h2, .findings > h2 { font-size: 1.4rem; margin-top: 1.25rem; }
figure { margin: 0; }
svg { display: block; max-width: 100%; }
svg text { fill: var(--ink); font-size: 13px; }
svg .scale { fill: var(--soft); font-size: 11px; }
svg .value { font-variant-numeric: tabular-nums; }
.areas .value { font-weight: 600; }
.none .value, .none .label { fill: var(--soft); }
.contexts ul { list-style: none; margin: 0; padding: 0; }
.contexts li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .15rem 1rem; margin-bottom: .9rem; font-size: .9rem; }
.contexts code { overflow-wrap: anywhere; } .contexts li span { color: var(--soft); font-variant-numeric: tabular-nums; } .contexts li svg { flex: 0 0 100%; }
svg .tick { stroke: var(--line); stroke-width: 1; }
svg .track { fill: var(--track); }
svg .empty { fill: none; stroke: var(--line); stroke-dasharray: 4 4; }
.good .bar { fill: var(--bar-good); } .fair .bar { fill: var(--bar-fair); } .poor .bar { fill: var(--bar-poor); }
.loadline line { stroke: var(--red); stroke-width: 2; }
.loadline > line { stroke-dasharray: 6 4; }
.loadline circle { fill: none; stroke: var(--red); stroke-width: 2.5; }
.loadline text { fill: var(--red); font-weight: 600; }
svg .needed { fill: var(--blue); }
svg .hatch-ground { fill: var(--track); } svg .hatch-line { stroke: var(--bar-poor); stroke-width: 5; }
figcaption { color: var(--soft); font-size: .85rem; margin-top: .25rem; }
.key { display: inline-block; width: .9em; height: .9em; vertical-align: -.08em; margin-right: .2em; background: var(--blue); }
.key.unneeded { margin-left: .8em; background: repeating-linear-gradient(45deg, var(--bar-poor) 0 3px, var(--track) 3px 5px); }
.proofs h3 { font-size: 1rem; margin: 1.2rem 0 .6rem; overflow-wrap: anywhere; }
.before-after .was .layer0 { fill: var(--bar-poor); } .before-after .was .layer1 { fill: var(--bar-fair); } .before-after .is .layer0 { fill: var(--bar-good); } .before-after .is .layer1 { fill: var(--blue); }
.layers code { flex: 0 0 100%; font-size: .85rem; color: var(--soft); max-height: 3em; overflow: hidden; }
.treemap rect { stroke: var(--card); stroke-width: 1; fill: var(--blue); } .treemap text { fill: #fff; font-size: 12px; pointer-events: none; }
.treemap .depth1 { fill: #15395b; } .treemap .depth2 { fill: #1d5c8a; } .treemap .depth3 { fill: #2a6f9e; } .treemap .depth4 { fill: #3a7fae; } .treemap .depth5 { fill: #4a8dba; } .treemap .depth6 { fill: #5c9ac4; }
.treemap g:hover > rect { stroke: var(--red); stroke-width: 2; }
.multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .9rem 1.5rem; margin: 0; padding: 0; list-style: none; }
.multiples figcaption { display: flex; justify-content: space-between; gap: .5rem; margin: 0 0 .2rem; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.multiples b { color: var(--ink); }
svg .course { fill: none; stroke: var(--blue); stroke-width: 2; vector-effect: non-scaling-stroke; }
.chains { margin: 0; padding: 0; list-style: none; }
.chains li + li { margin-top: .5rem; }
.chain, .chains li { font-size: .9rem; line-height: 1.7; overflow-wrap: anywhere; }
.chain i, .chains i { color: var(--red); font-style: normal; }
.chain { margin: -.35rem 0 .8rem; color: var(--soft); }
summary { cursor: pointer; color: var(--soft); width: fit-content; }
summary:hover { color: var(--ink); }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; margin-top: .6rem; }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
.filters { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: center; position: sticky; top: 0; z-index: 1; background: var(--paper); padding: .7rem 0; border-bottom: 1px solid var(--line); margin-bottom: 1rem; }
.filters fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem .9rem; }
.filters legend, .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.filters input[type=search], .filters select, .filters button { font: inherit; font-size: .95rem; color: var(--ink); background: var(--card); border: 1px solid var(--soft); border-radius: 6px; padding: .35rem .6rem; max-width: 100%; }
.filters input[type=search] { flex: 1 1 14rem; min-width: 0; }
.filters select { max-width: 15rem; }
.filters button { cursor: pointer; }
.filters output { color: var(--soft); font-size: .9rem; }
.file h3 { font-size: 1.05rem; margin: 1.6rem 0 .6rem; overflow-wrap: anywhere; }
.finding { background: var(--card); border: 1px solid var(--line); border-left: 5px solid var(--tone); border-radius: 8px; padding: .9rem 1.1rem; margin: 0 0 .8rem; }
.many .finding { content-visibility: auto; contain-intrinsic-size: auto 14rem; }
.finding.error { --tone: var(--bar-poor); --word: var(--red); } .finding.warning { --tone: var(--bar-fair); --word: var(--amber); } .finding.note { --tone: var(--blue); --word: var(--blue); }
.finding header { display: flex; flex-wrap: wrap; gap: .2rem .8rem; align-items: baseline; }
.finding h4 { flex: 1 1 18rem; margin: 0; font-size: 1.02rem; line-height: 1.4; overflow-wrap: anywhere; }
.badge { color: var(--word); font-size: .8rem; font-weight: 700; text-transform: uppercase; letter-spacing: .06em; }
.rule { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
.place { margin: .15rem 0 0; color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
pre { margin: .6rem 0; padding: .55rem .8rem; background: var(--code); border-radius: 6px; overflow-x: auto; font-size: .88rem; }
pre .number { color: var(--soft); margin-right: 1.2em; user-select: none; }
mark { background: var(--mark); color: inherit; border-radius: 2px; }
.cost { margin: .5rem 0; }
.cost strong { color: var(--word); }
.basis, .class, em { font-style: normal; font-size: .8rem; border: 1px solid var(--line); border-radius: 99px; padding: .02rem .5rem; color: var(--soft); white-space: nowrap; }
.class.safe, .class.proved { color: var(--green); border-color: currentColor; } .class.review { color: var(--amber); border-color: currentColor; }
dl { display: grid; grid-template-columns: 3.4rem 1fr; gap: .25rem .6rem; margin: .5rem 0; }
dt { color: var(--soft); } dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
details ul { margin: .2rem 0 .6rem; padding-left: 1.2rem; overflow-wrap: anywhere; }
h5 { margin: .6rem 0 .1rem; font-size: .9rem; }
.problems li, .suppressed li { margin-bottom: .4rem; overflow-wrap: anywhere; }
footer { color: var(--soft); font-size: .85rem; border-top: 1px solid var(--line); padding-top: 1rem; margin-top: 2rem; }
@media (max-width: 52rem) {
  .panels { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .inner { padding-left: 1rem; padding-right: 1rem; }
  .gauge { text-align: left; }
  .filters { position: static; }
}
@media (max-width: 30rem) { svg text { font-size: 11px; } .panel { padding: .9rem; } .tiles { grid-template-columns: 1fr 1fr; } }
@page { margin: 14mm 13mm; }
@media print {
  :root { color-scheme: light; --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --code: #f4f4f4; --red: #a92a1c; --amber: #8a5800; --blue: #1d5c8a; --green: #1f6b4a; --bar-good: #2c8a63; --bar-fair: #d79a2b; --bar-poor: #c0402f; --mark: #ffe3a3; --track: #eee; }
  body { font-size: 10pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .banner { background: none; color: #000; }
  .banner .inner { padding-top: 0; padding-bottom: 1rem; }
  .inner { max-width: none; padding-left: 0; padding-right: 0; }
  .filters, summary { display: none; }
  details::details-content { content-visibility: visible; height: auto; }
  .many .finding { content-visibility: visible; }
  .finding, .tiles, tr, figure { break-inside: avoid; }
  .panel { border: 0; padding: 0; margin-bottom: 1rem; }
  table { font-size: 8.5pt; } th, td { padding: .1rem .6rem .1rem 0; }
  .finding { padding: .6rem .9rem; }
  h2, h3 { break-after: avoid; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
}
`;
