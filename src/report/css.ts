import { type ColorName, palette, strongestTint, type Themed } from "./palette.ts";

const themed = (theme: keyof Themed): string =>
  (Object.keys(palette) as ColorName[]).map((name) => `--${name}:${palette[name][theme]}`).join(";");

/** Everything about how a report looks. Print is always light; a phone is 52rem and less. */
export const stylesheet = `
:root{color-scheme:light;${themed("light")};--tint:${strongestTint};--edge:color-mix(in srgb,var(--muted) 45%,transparent)}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;${themed("dark")}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.wide{max-width:72rem;margin-inline:auto;padding-inline:clamp(1.125rem,4vw,3rem)}
:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:3px}
a{color:var(--accent);text-underline-offset:.2em;text-decoration-thickness:1px}
p{margin:0 0 .75rem;max-width:68ch}
p:last-child{margin-bottom:0}
small,.note,.quiet{color:var(--muted)}
.quiet>small{display:block;line-height:1.5}
code{font:.875em/1.5 ui-monospace,"Cascadia Code",Menlo,Consolas,"Liberation Mono",monospace}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:1rem;top:-4rem;padding:.5rem .75rem;background:var(--paper)}
.skip:focus{top:.5rem}

.top{padding-block:clamp(2rem,6vw,4rem) clamp(1.75rem,4vw,2.75rem)}
.kicker{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin-bottom:clamp(1.25rem,3vw,2rem);max-width:none;color:var(--muted);font-size:.875rem}
.kicker b{color:var(--ink);font-weight:600}
h1{margin:0 0 1rem;max-width:24ch;font-size:clamp(1.75rem,1.2rem + 2.6vw,2.875rem);line-height:1.14;font-weight:620;letter-spacing:-.022em;text-wrap:balance}
.lead{max-width:60ch;font-size:1.0625rem}
.lead p{max-width:none}
.lead p+p{color:var(--muted);font-size:1rem}
.notice{max-width:62ch;margin:0 0 1.25rem;padding:.75rem 1rem;border-inline-start:3px solid var(--wrong);background:var(--panel)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:1.5rem 2rem;margin:clamp(1.75rem,4vw,2.5rem) 0 0}
.facts dt{color:var(--muted);font-size:.875rem}
.facts dd{margin:0}
.facts .value{font-size:1.5rem;line-height:1.35;font-weight:600;letter-spacing:-.01em}
.facts .note{font-size:.875rem}

nav{border-block:1px solid var(--line);font-size:.875rem}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin:0;padding:0;list-style:none}
nav a{display:block;padding-block:.625rem;color:var(--muted);text-decoration:none}
nav a:hover{color:var(--ink);text-decoration:underline}

section{display:grid;grid-template-columns:10rem minmax(0,1fr);gap:0 clamp(1.5rem,4vw,3.5rem);padding-block:clamp(2rem,4vw,3rem);scroll-margin-top:.5rem}
section+section{border-top:1px solid var(--line)}
h2{margin:0;font-size:1.0625rem;line-height:1.5;font-weight:620;letter-spacing:-.005em}
h3{margin:2rem 0 .75rem;font-size:.9375rem;line-height:1.5;font-weight:620}
.body>*+*{margin-top:1.5rem}
.body>h3:first-child{margin-top:0}

figure{margin:0;min-width:0}
figcaption{font-size:.9375rem;font-weight:620}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));gap:1.75rem 2.5rem}
.figures>*{max-width:34rem}
.chart{display:block;width:100%;height:auto;overflow:visible;color:var(--muted);font-family:inherit;font-size:12px}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin:0;padding:0;list-style:none;font-size:.875rem}
.legend li{display:flex;align-items:center;gap:.5rem}
.legend .chart{width:28px;height:12px;flex:none}

.scroll,nav{background:linear-gradient(90deg,var(--paper) 40%,transparent) 0 0/2.5rem 100% no-repeat local,linear-gradient(270deg,var(--paper) 40%,transparent) 100% 0/2.5rem 100% no-repeat local,linear-gradient(90deg,var(--edge),transparent) 0 0/.875rem 100% no-repeat scroll,linear-gradient(270deg,var(--edge),transparent) 100% 0/.875rem 100% no-repeat scroll}
.scroll{overflow-x:auto;overscroll-behavior-x:contain}
table{border-collapse:collapse;font-size:.9375rem;line-height:1.45}
caption{padding-bottom:.625rem;text-align:start;color:var(--muted);font-size:.875rem}
th,td{overflow-wrap:break-word}
.path{overflow-wrap:anywhere}
th .path{display:block;min-width:9rem}
th,td{padding:.4375rem 1.25rem .4375rem 0;text-align:start;vertical-align:baseline;border-bottom:1px solid var(--line)}
tr>:last-child{padding-inline-end:0}
thead th{color:var(--muted);font-size:.8125rem;font-weight:500;vertical-align:bottom}
tbody th{font-weight:500}
.settings th{min-width:8.5rem}
.settings th,.settings td{overflow-wrap:anywhere}
.number{text-align:end;white-space:nowrap}
thead .number{white-space:normal}
.full{width:100%}
.full table{width:100%}
.full tbody th{min-width:9rem;overflow-wrap:anywhere}
.full thead .number{min-width:4.5rem}
.notes p{margin-bottom:.375rem}
.notes small{display:block;line-height:1.5}
.barred{display:inline-block;min-width:4.5rem;padding-bottom:.25rem;background:linear-gradient(var(--accent),var(--accent)) 0 100%/calc(var(--share)*100%) 3px no-repeat,linear-gradient(var(--line),var(--line)) 0 100%/100% 3px no-repeat}

.matrix th,.matrix td{padding:.375rem .5rem;border:0}
.matrix td{min-width:2.5rem;text-align:center;border:2px solid var(--paper);border-radius:4px}
.matrix .right{background:color-mix(in srgb,var(--accent) calc(var(--share)*var(--tint)*100%),var(--paper))}
.matrix .off{background:color-mix(in srgb,var(--wrong) calc(var(--share)*var(--tint)*100%),var(--paper))}
.matrix .none{color:var(--muted)}
.matrix thead th{text-align:center}
.matrix tbody th{text-align:end}
.matrix th bdi{display:block;max-width:min(16rem,40vw);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.matrix .said{color:var(--ink);font-weight:500}
.matrix .upright bdi{max-width:none;max-height:10rem}
.matrix .upright span{display:inline-block;writing-mode:vertical-rl;transform:rotate(180deg);text-align:start}
.matrix.many{font-size:.8125rem}
.matrix.many td{min-width:1.875rem;padding:.25rem}

.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(17.5rem,100%),1fr));gap:1.75rem 1.5rem;margin:0;padding:0;list-style:none}
.cards .pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:.375rem}
.cards img{display:block;width:100%;aspect-ratio:1;object-fit:cover;border-radius:4px;background:var(--panel)}
.cards .pair:not(:has(img+img)) img{grid-column:span 2;aspect-ratio:4/3}
.cards p{margin:.5rem 0 0;font-size:.9375rem;line-height:1.4}
.cards small{display:block;font-size:.8125rem}

.findings{margin:0;padding:0;list-style:none}
.findings li{padding-block:.875rem;border-bottom:1px solid var(--line)}
.findings li:first-child{padding-top:0}
.findings>li:last-child{border:0}
.findings p{margin:0}
.severity{margin-inline-end:.5rem;font-weight:620}
.severity.error{color:var(--alarm)}
.severity.warning{color:var(--wrong)}
.severity.note{color:var(--muted)}
.files{margin:.25rem 0 0;padding:0 0 0 1.125rem;font-size:.875rem}
.files li{padding:0;border:0}
.findings .files li{padding:0;border:0}

details{font-size:.9375rem}
summary{width:fit-content;cursor:pointer;color:var(--accent)}
summary:hover{text-decoration:underline;text-underline-offset:.2em}
details>div{margin-top:1rem}
pre{margin:0;padding:.875rem 1rem;background:var(--panel);border-radius:6px;white-space:pre-wrap;user-select:all}
pre span{display:inline-block;max-width:100%}
.lead b{font-weight:620}
.about{display:block;font-weight:400;font-size:.8125rem}
.single{max-width:30rem}
.figures+p,.single+p{margin-top:.75rem}
.tag{padding:.0625rem .4375rem;border:1px solid currentColor;border-radius:1rem;color:var(--accent);font-size:.75rem;font-weight:500;white-space:nowrap}
footer{padding-block:1.5rem 3rem;border-top:1px solid var(--line);color:var(--muted);font-size:.875rem}

@media (max-width:52rem){
section{display:block}
h2{margin-bottom:1rem;font-size:1.25rem;letter-spacing:-.01em}
.facts{grid-template-columns:repeat(2,minmax(0,1fr));gap:1.25rem 1.5rem}
th,td{padding-inline-end:.75rem}
.barred{min-width:3.5rem}
.full tbody th{min-width:8.5rem}
nav{overflow-x:auto}
nav ul{flex-wrap:nowrap;white-space:nowrap}
}
@media print{
:root{--paper:#fff}
.figures{grid-template-columns:repeat(2,minmax(0,1fr))}
body{font-size:10pt}
nav,.skip,footer{display:none}
section{break-inside:auto;padding-block:1.25rem}
h2,h3,figcaption,caption{break-after:avoid}
figure,tr,.cards li,.findings li,.facts div{break-inside:avoid}
.scroll{overflow:visible;background:none}
details:not([open])>summary{display:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`.trim();
