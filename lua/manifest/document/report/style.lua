--- How a page of a report looks: light and dark, narrow and wide; no colour alone says anything.

return [[
:root { color-scheme: light dark; --ink: #1c2330; --dim: #5b6472; --paper: #ffffff; --line: #d8dde5; --soft: #f2f4f8;
  --good: #1a7f37; --bad: #b42318; --own: #b6bfcc; --s0: #0b6bcb; --s1: #c2410c; --s2: #0f766e; --s3: #9333ea;
  --s4: #a16207; --s5: #be185d; --s6: #4d7c0f; --s7: #4338ca; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ef; --dim: #9aa4b2; --paper: #12161d; --line: #303846; --soft: #1b212b; --good: #4cc26b;
    --bad: #ff7b72; --own: #566172; --s0: #58a6ff; --s1: #fb923c; --s2: #2dd4bf; --s3: #c084fc; --s4: #facc15;
    --s5: #f472b6; --s6: #a3e635; --s7: #818cf8; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
p { margin: .25rem 0; }
code, .code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.dim { color: var(--dim); }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 1rem 0 0; padding: 0; list-style: none; }
.facts b { display: block; font-size: 1.1rem; }
.wide { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .4rem .7rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
tr:last-child > th, tr:last-child > td { border-bottom: 0; }
thead th { background: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.cell { text-align: center; }
td > code[title], .day { white-space: nowrap; }
svg { display: block; width: 100%; min-width: 12rem; height: 1.4rem; }
.own { fill: var(--own); }
.s0 { fill: var(--s0); color: var(--s0); } .s1 { fill: var(--s1); color: var(--s1); }
.s2 { fill: var(--s2); color: var(--s2); } .s3 { fill: var(--s3); color: var(--s3); }
.s4 { fill: var(--s4); color: var(--s4); } .s5 { fill: var(--s5); color: var(--s5); }
.s6 { fill: var(--s6); color: var(--s6); } .s7 { fill: var(--s7); color: var(--s7); }
.bad { color: var(--bad); } .good { color: var(--good); }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; }
summary { cursor: pointer; padding: .5rem .8rem; font-weight: 600; }
details > ol { margin: 0; padding: .25rem 1rem .75rem 3rem; }
li { margin: .25rem 0; }
.changes { list-style: none; padding: 0; margin: .25rem 0; }
.changes .changes { padding-left: 1.5rem; }
@media (max-width: 40rem) { body { padding: 1rem .75rem 3rem; } th, td { padding: .35rem .5rem; } }
]]
