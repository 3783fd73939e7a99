// Puts beside each file its bytes compressed with brotli: slow once here, small for each reader.
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const compress = promisify(brotliCompress);
const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;

await Promise.all(
  process.argv.slice(1).map(async (file) => {
    const bytes = await readFile(file);
    const params = {
      [BROTLI_PARAM_QUALITY]: 11,
      [BROTLI_PARAM_LGWIN]: 22,
      [BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    const compressed = await compress(bytes, { params });
    await writeFile(`${file}.br`, compressed);
    console.error(`    ${file}: ${bytes.length} B, brotli ${compressed.length} B`);
  }),
);
