/** The page's style. Colours are told by words beside them, too; texts keep a contrast of at least 4.5 to 1 in both schemes. */
export const STYLE = `
:root { color-scheme: light dark; --bg: #f6f7f9; --card: #fff; --text: #1b2128; --dim: #57606a; --line: #d5dae0; --link: #0b57d0;
  --good: #177043; --good-bg: #e3f5ea; --change: #8a5800; --change-bg: #fdf1d6; --bad: #b3261e; --bad-bg: #fde8e6; --idle: #57606a; --idle-bg: #eceff2; }
@media (prefers-color-scheme: dark) { :root { --bg: #0f1317; --card: #171c22; --text: #e3e8ee; --dim: #9aa5b1; --line: #2c343d; --link: #8ab4f8;
  --good: #6fd39b; --good-bg: #12291d; --change: #efbf5f; --change-bg: #2d240f; --bad: #ff9d94; --bad-bg: #381a18; --idle: #9aa5b1; --idle-bg: #20272e; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; } @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--bg); color: var(--text); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
header, main { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.75rem; }
.kicker { margin: 0; color: var(--dim); font-size: .85rem; letter-spacing: .04em; }
h1 { margin: .1rem 0 .6rem; font-size: 1.5rem; line-height: 1.25; } h1 span { color: var(--dim); font-weight: 400; }
h2 { margin: 2rem 0 .75rem; font-size: 1.15rem; } h3 { margin: 0; font-size: 1rem; } h4 { margin: 0 0 .25rem; font-size: .95rem; }
small, .lead, .layer { color: var(--dim); } small { font-weight: 400; }
.lead { margin: -.5rem 0 .75rem; }
.facts { display: flex; flex-wrap: wrap; gap: .15rem .5rem; margin: 0; font-size: .9rem; }
.facts dt { color: var(--dim); } .facts dd { margin: 0 1rem 0 0; }
a { color: inherit; } a:focus-visible, button:focus-visible, summary:focus-visible, input:focus-visible, pre:focus-visible, .wide:focus-visible, #hosts:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.good { --tone: var(--good); --tone-bg: var(--good-bg); } .change { --tone: var(--change); --tone-bg: var(--change-bg); }
.bad { --tone: var(--bad); --tone-bg: var(--bad-bg); } .idle { --tone: var(--idle); --tone-bg: var(--idle-bg); }
.all { display: block; width: 100%; height: .6rem; border-radius: .3rem; } .all rect { fill: var(--tone); }
.tiles { display: flex; flex-wrap: wrap; gap: .5rem; margin: .75rem 0; padding: 0; list-style: none; }
.tile { font: inherit; color: var(--tone); background: var(--tone-bg); border: 1px solid transparent; border-radius: .5rem; padding: .4rem .8rem; cursor: pointer; min-height: 2.5rem; }
.tile b { font-size: 1.15rem; } .tile[aria-pressed=true] { border-color: var(--tone); box-shadow: inset 0 0 0 1px var(--tone); }
#filter { margin: 0 0 .75rem; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; } #filter[hidden] { display: none; } #filter output { color: var(--dim); }
input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: .4rem .6rem; min-width: 14rem; }
#hosts { max-height: 34rem; overflow: auto; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .4rem; margin: 0 0 .4rem; padding: 0; list-style: none; content-visibility: auto; contain-intrinsic-size: auto 500px; }
.grid li[hidden] { display: none; }
.grid a { display: block; height: 100%; padding: .35rem .6rem; border-radius: .4rem; border-left: 4px solid var(--tone); background: var(--tone-bg); text-decoration: none; line-height: 1.3; }
.grid a:hover b { text-decoration: underline; } .grid b { display: block; font-weight: 600; } .grid span { color: var(--tone); font-size: .85rem; }
.card { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--tone); border-radius: .5rem; padding: .6rem 1rem; margin: 0 0 .6rem; }
.card > summary span { color: var(--tone); } .card[open] { padding-bottom: 1rem; } .card p { margin: .3rem 0; }
summary { cursor: pointer; padding: .15rem 0; }
.hosts { color: var(--dim); }
.task { border-top: 1px solid var(--line); margin-top: .75rem; padding-top: .6rem; } .task .sign { font-family: ui-monospace, monospace; color: var(--tone); }
.plan { margin-top: 1rem; color: var(--dim); }
.steps { margin: .2rem 0; padding-left: 1.2rem; } .steps em { color: var(--change); font-style: normal; }
.note { color: var(--dim); } .hint { color: var(--good); }
.error { background: var(--bad-bg); border-radius: .4rem; padding: .3rem .75rem; margin: .5rem 0; } .error strong { color: var(--bad); } .error .hint { color: inherit; }
.alert { background: var(--change-bg); border-left: 4px solid var(--change); border-radius: .4rem; padding: .5rem .9rem; margin: 1rem 0 0; } .alert p { margin: 0; } .alert ul { margin: .2rem 0; padding-left: 1.2rem; }
pre { margin: .4rem 0; padding: .6rem .75rem; background: var(--bg); border: 1px solid var(--line); border-radius: .4rem; overflow: auto; max-height: 30rem; font: .85rem/1.45 ui-monospace, monospace; white-space: pre-wrap; }
pre span { color: var(--dim); } ins, del { text-decoration: none; } ins { color: var(--good); background: var(--good-bg); } del { color: var(--bad); background: var(--bad-bg); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .9rem; margin: .4rem 0 0; font-size: .92rem; } dt { color: var(--dim); } dd { margin: 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; } th, td { text-align: left; padding: .2rem .8rem .2rem 0; vertical-align: top; font-weight: 400; } thead th, caption { color: var(--dim); text-align: left; }
td { font-family: ui-monospace, monospace; } .shares td { font-family: inherit; white-space: nowrap; } .shares th { width: 1%; white-space: nowrap; } .shares .bar { width: 60%; padding-top: .45rem; } .num { text-align: right; }
.shares svg { display: block; width: 100%; height: .8rem; min-width: 4rem; } .shares .rest { fill: var(--idle-bg); } .shares .part { fill: var(--link); } .shares .mark { fill: var(--text); }
.timeline { margin: 0 0 .75rem; } .timeline svg { display: block; width: 100%; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
.timeline text { font: .8rem system-ui, sans-serif; fill: var(--dim); } .timeline .lane { font-weight: 600; } .timeline g .lane { fill: var(--tone); } .timeline .most { text-anchor: end; }
.timeline rect { fill: var(--tone); } .timeline .rule, .timeline .floor { fill: var(--line); } .timeline .run { fill: var(--dim); } .timeline rect:hover { opacity: .7; } .timeline summary, .card summary, #entries summary { width: fit-content; }
.timeline .num { padding-right: 1.5rem; font-family: inherit; } .timeline table { width: auto; }
.entries { list-style: none; margin: .5rem 0; padding: 0; } .entries > li { border-left: 4px solid var(--tone); padding: .1rem 0 .1rem .8rem; margin: 0 0 .8rem; } .entries p { margin: 0; } .entries ul { margin: .1rem 0; padding-left: 1rem; list-style: none; }
.entries ul li { padding-left: 1rem; text-indent: -1rem; } .entries strong { color: var(--tone); } .entries .when, .entries .by { color: var(--dim); font-size: .85rem; }
@media (min-width: 64rem) { .entries { columns: 2; column-gap: 2rem; } .entries > li { break-inside: avoid; } }
.fleet { margin: 0 0 1.25rem; } .fleet h3 span { color: var(--dim); font-weight: 400; } .fleet .lead { margin: 0 0 .4rem; } .fleet .all { height: .35rem; margin: 0 0 .5rem; }
nav a[aria-current] { font-weight: 600; text-decoration: none; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .9rem; margin: 0 0 .75rem; }
@media (max-width: 36rem) { .timeline .narrow { display: none; } header, main { padding-left: .8rem; padding-right: .8rem; } h1 { font-size: 1.25rem; } .grid { grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); } input { min-width: 0; width: 100%; } #filter label { flex: 1 1 100%; }
  dl:not(.facts) { grid-template-columns: 1fr; } dl:not(.facts) dd { margin-bottom: .3rem; } .shares td:last-child { white-space: normal; } .shares .bar { width: 35%; } }
@media print { #hosts { max-height: none; } #filter, .tile { border-color: var(--line); } details { break-inside: avoid; } }
`;
