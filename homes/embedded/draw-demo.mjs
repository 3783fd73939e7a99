// Draws the pictures of the demo posts: `node homes/embedded/draw-demo.mjs`, with Debian's chromium. The pictures
// are committed; this is how they were made.
import { writeFileSync } from "node:fs";

import { chromium } from "playwright-core";

const INK = "#1f2430", SOFT = "#667085", LINE = "#98a2b3", PAPER = "#fbfaf7", BLUE = "#2f6fde", RED = "#d1495b",
  GREEN = "#2a9d6f", SAND = "#f0ebe0", SKY = "#dfe9fb";
const font = "font-family=\"'Noto Sans CJK KR','DejaVu Sans',sans-serif\"";
const mono = "font-family=\"'DejaVu Sans Mono',monospace\"";

const text = (x, y, s, { size = 22, fill = INK, anchor = "start", weight = 400, face = font } = {}) =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" text-anchor="${anchor}" font-weight="${weight}" ${face}>${s}</text>`;
const box = (x, y, w, h, { fill = "#fff", stroke = LINE, r = 10, sw = 2 } = {}) =>
  `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${r}" fill="${fill}" stroke="${stroke}" stroke-width="${sw}"/>`;
const line = (x1, y1, x2, y2, { stroke = LINE, sw = 2.5, dash = "" } = {}) =>
  `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${stroke}" stroke-width="${sw}" stroke-dasharray="${dash}"/>`;
const svg = (w, h, body) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}"><rect width="${w}" height="${h}" fill="${PAPER}"/>${body}</svg>`;

function layout() {
  const rows = ["META", "DRAFT", "REV#0000000007", "HTML#0000000007", "STAGE#SPEECH", "STAGE#SUMMARY", "STAGE#SEARCH"];
  const lists = [["F#all", "2026-11-24#p"], ["AP#author", "2026-11-24#p"], ["T#rust", "2026-11-24#p"], ["A#author", "P#p"], ["SLUG#one-table", "-"]];
  let body = text(70, 70, "P#p", { size: 26, weight: 700, fill: BLUE, face: mono });
  rows.forEach((row, i) => {
    body += box(70, 95 + i * 62, 380, 50, { fill: i === 0 ? SKY : "#fff", stroke: i === 0 ? BLUE : LINE });
    body += text(92, 128 + i * 62, row, { face: mono, size: 21 });
  });
  lists.forEach(([pk, sk], i) => {
    const y = 110 + i * 84;
    body += `<path d="M450 120 C 560 120, 580 ${y + 28}, 690 ${y + 28}" fill="none" stroke="${BLUE}" stroke-width="2.5" opacity=".55"/>`;
    body += box(690, y, 450, 58, { fill: SAND, stroke: "#cdbf9f" });
    body += text(712, y + 37, pk, { face: mono, size: 21 }) + text(1118, y + 37, sk, { face: mono, size: 18, fill: SOFT, anchor: "end" });
  });
  return svg(1200, 580, body + text(690, 70, "what follows from it", { size: 24, weight: 700, fill: "#8a6d2f" }));
}

function timeline() {
  const y = 250;
  const span = (x1, x2, fill, s, ink = "#fff") => box(x1, y - 32, x2 - x1, 64, { fill, stroke: fill, r: 8 }) + text((x1 + x2) / 2, y + 8, s, { fill: ink, anchor: "middle", size: 20, weight: 700 });
  const mark = (x, s, fill = INK) => line(x, y - 95, x, y + 60, { stroke: fill, dash: "6 5" }) + text(x, y - 110, s, { anchor: "middle", fill, size: 20 });
  return svg(1200, 420, text(60, 60, "STAGE#SPEECH", { face: mono, size: 24, weight: 700 })
    + span(60, 190, SAND, "PENDING", INK) + span(194, 470, BLUE, "RUNNING  token a7f3..") + span(640, 740, SAND, "PENDING", INK)
    + span(744, 1000, BLUE, "RUNNING  token 04be..") + span(1004, 1140, GREEN, "READY")
    + mark(60, "publish") + mark(194, "claim") + mark(480, "kill -9", RED) + mark(640, "start") + mark(1004, "finish")
    + `<path d="M194 ${y + 75} H 700" stroke="${LINE}" stroke-width="3" fill="none"/>` + text(447, y + 105, "lease of 60 s, given back at the next start", { anchor: "middle", fill: SOFT, size: 19 })
    + line(480, y, 636, y, { stroke: RED, dash: "3 8" }) + text(558, y - 12, "nobody", { anchor: "middle", fill: RED, size: 18 }));
}

function fanout() {
  const groups = [["guests", 4210, BLUE], ["readers, signed in", 788, GREEN], ["the author", 2, RED]];
  let body = box(60, 215, 190, 90, { fill: SKY, stroke: BLUE }) + text(155, 268, "event 43", { anchor: "middle", weight: 700 });
  groups.forEach(([name, n, colour], i) => {
    const y = 80 + i * 150;
    body += `<path d="M250 260 C 330 260, 330 ${y + 45}, 400 ${y + 45}" fill="none" stroke="${LINE}" stroke-width="3"/>`;
    body += box(400, y, 270, 90, { stroke: colour }) + text(535, y + 38, name, { anchor: "middle", size: 21 }) + text(535, y + 68, "executed once", { anchor: "middle", size: 18, fill: colour, weight: 700 });
    const dots = Math.min(n, 48);
    for (let k = 0; k < dots; k++) {
      const [x, yy] = [770 + (k % 16) * 22, y + 15 + Math.floor(k / 16) * 28];
      body += `<line x1="672" y1="${y + 45}" x2="${x}" y2="${yy}" stroke="${colour}" opacity=".13"/><circle cx="${x}" cy="${yy}" r="7" fill="${colour}" opacity=".85"/>`;
    }
    body += text(1112, y + 108, `${n.toLocaleString("en")} sockets`, { anchor: "end", size: 18, fill: SOFT });
  });
  return svg(1200, 530, body);
}

function lattice() {
  const words = [["아버지", 0, 3, 0, true], ["가", 3, 4, 0, true], ["방", 4, 5, 0, true], ["에", 5, 6, 0, true], ["들어가", 6, 9, 0, true], ["신다", 9, 11, 0, true],
    ["아버", 0, 2, 1], ["지", 2, 3, 1], ["가방", 3, 5, 1], ["에들", 5, 7, 2], ["들", 6, 7, 1], ["어", 7, 8, 1], ["가신", 8, 10, 1], ["다", 10, 11, 1]];
  const x = (at) => 70 + at * 97;
  let body = "";
  [..."아버지가방에들어가신다"].forEach((c, i) => { body += text(x(i) + 48, 75, c, { anchor: "middle", size: 34, weight: 700 }); });
  for (let i = 0; i <= 11; i++) body += line(x(i), 100, x(i), 430, { stroke: "#e4e0d6", sw: 1.5 });
  for (const [word, from, to, row, best] of words) {
    const y = 130 + row * 95;
    body += box(x(from) + 6, y, x(to) - x(from) - 12, 62, best ? { fill: BLUE, stroke: BLUE } : {});
    body += text((x(from) + x(to)) / 2, y + 41, word, { anchor: "middle", size: 25, fill: best ? "#fff" : SOFT, weight: best ? 700 : 400 });
  }
  return svg(1200, 450, body);
}

function sizes() {
  const widths = [2000, 1200, 768, 480, 300];
  let body = "", x = 50;
  for (const width of widths) {
    const w = width * 0.2, h = w * 0.66;
    body += `<rect x="${x}" y="${350 - h}" width="${w}" height="${h}" rx="6" fill="url(#g)"/>`;
    body += text(x + w / 2, 385, `${width}`, { anchor: "middle", size: 22, weight: 700 });
    x += w + 42;
  }
  return svg(1200, 450, `<defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#f3c9a5"/><stop offset=".5" stop-color="#7e9cc0"/><stop offset="1" stop-color="#2b3f5c"/></linearGradient></defs>` + body);
}

function sentences() {
  const parts = [["글은 마크다운으로 쓴다.", 210], ["서버가 문장에 번호를 매긴다.", 290], ["목소리는 하나씩 읽는다.", 240], ["그래서 시간을 안다.", 200]];
  let body = "", x = 60, seed = 7;
  const chance = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  parts.forEach(([s, w], i) => {
    const on = i === 2, colour = on ? BLUE : LINE;
    for (let k = 6; k < w - 14; k += 7) {
      const h = 14 + chance() * 75 * Math.sin((Math.PI * k) / w);
      body += line(x + k, 150 - h, x + k, 150 + h, { stroke: colour, sw: 3.4 });
    }
    body += line(x, 60, x, 330, { stroke: "#d8d3c6", dash: "4 5", sw: 1.5 }) + text(x + 6, 285, `${i}`, { size: 17, fill: on ? BLUE : SOFT, face: mono });
    body += text(x + 6, 320, s, { size: 17.5, fill: on ? BLUE : INK, weight: on ? 700 : 400 });
    x += w + 45;
  });
  return svg(1200, 370, body);
}

// Hills in the mist, from sums of sines and a little grain.
const ridges = `(() => {
  const [w, h] = [1600, 1000], canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [w, h];
  const c = canvas.getContext("2d");
  const sky = c.createLinearGradient(0, 0, 0, h);
  [[0, "#dce8f2"], [0.45, "#f6e3cf"], [1, "#f2c7a0"]].forEach(([at, colour]) => sky.addColorStop(at, colour));
  c.fillStyle = sky; c.fillRect(0, 0, w, h);
  const sun = c.createRadialGradient(1120, 330, 10, 1120, 330, 260);
  sun.addColorStop(0, "rgba(255,250,235,1)"); sun.addColorStop(0.16, "rgba(255,240,210,.9)"); sun.addColorStop(1, "rgba(255,230,190,0)");
  c.fillStyle = sun; c.fillRect(0, 0, w, h);
  let seed = 20261124; const chance = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let layer = 0; layer < 7; layer++) {
    const depth = layer / 6, base = 430 + layer * 85, waves = [];
    for (let k = 0; k < 7; k++) waves.push([(k + 1) * (0.6 + chance()), chance() * 7, (70 - layer * 2) / (k * 1.25 + 1)]);
    c.beginPath(); c.moveTo(0, h);
    for (let x = 0; x <= w; x += 2) {
      let y = base;
      for (const [f, p, a] of waves) y -= Math.abs(Math.sin((x / w) * f * 3.1 + p)) * a - a / 2;
      y -= chance() * (layer > 4 ? 5 : 1.5);
      c.lineTo(x, y);
    }
    c.lineTo(w, h); c.closePath();
    const fill = c.createLinearGradient(0, base - 120, 0, base + 330);
    const mix = (a, b) => Math.round(a + (b - a) * depth);
    fill.addColorStop(0, \`rgb(\${mix(158, 22)},\${mix(176, 38)},\${mix(196, 52)})\`);
    fill.addColorStop(1, \`rgb(\${mix(226, 44)},\${mix(214, 66)},\${mix(206, 80)})\`);
    c.fillStyle = fill; c.fill();
  }
  return canvas.toDataURL("image/jpeg", 0.72);
})()`;

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage();
await page.goto("about:blank");
for (const [name, picture] of Object.entries({ layout, timeline, fanout, lattice, sizes, sentences })) {
  const drawn = picture();
  const [width, height] = [...drawn.matchAll(/(?:width|height)="(\d+)"/g)].slice(0, 2).map((found) => Number(found[1]));
  await page.setViewportSize({ width, height });
  await page.setContent(`<style>body{margin:0}svg{display:block}</style>${drawn}`);
  await page.screenshot({ path: new URL(`demo/${name}.png`, import.meta.url).pathname });
}
const jpeg = await page.evaluate(ridges);
writeFileSync(new URL("demo/ridges.jpg", import.meta.url), Buffer.from(jpeg.split(",")[1], "base64"));
await browser.close();
