// Scales photos with sharp as its documentation says, on one thread: `node scale.mjs RUNS WIDTH,WIDTH FILE...`
// For each file a line of JSON: `bytes` of all variants, and of each run `cpu` and `wall` in seconds.
import fs from "node:fs/promises";

import sharp from "sharp";

const [runs, widths, ...files] = process.argv.slice(2);
sharp.concurrency(1);
sharp.cache(false);

/** All variants of a photo, one after the other; each decodes just as much of a JPEG as it needs. */
async function scaled(photo) {
  let bytes = 0;
  for (const width of widths.split(",").map(Number)) {
    const resized = sharp(photo).autoOrient().resize({ width, withoutEnlargement: true });
    bytes += (await resized.webp().toBuffer()).length;
  }
  return bytes;
}

const seconds = ({ user, system }) => (user + system) / 1e6;

// What is loaded once is no cost of a photo.
await scaled(await fs.readFile(files[0]));
for (const file of files) {
  const photo = await fs.readFile(file);
  const took = [];
  let bytes;
  for (let run = 0; run < Number(runs); run++) {
    const [cpu, wall] = [process.cpuUsage(), performance.now()];
    bytes = await scaled(photo);
    took.push({ cpu: seconds(process.cpuUsage(cpu)), wall: (performance.now() - wall) / 1e3 });
  }
  console.log(JSON.stringify({ bytes, runs: took }));
}
