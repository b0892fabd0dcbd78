import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const WORTH_BYTES = 1024;
const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
const HARD = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };

/** Lay `.br` and `.gz` beside every asset that gains by it, so that the server compresses nothing. */
export function precompress(): Plugin {
  let folder = "";
  return {
    name: "laurels:precompress",
    apply: "build",
    configResolved: (config) => {
      folder = path.resolve(config.root, config.build.outDir, config.build.assetsDir);
    },
    async writeBundle() {
      const files = readdirSync(folder)
        .filter((name) => /\.(js|css|svg|wasm)$/.test(name))
        .map((name) => path.join(folder, name))
        .filter((file) => statSync(file).size >= WORTH_BYTES);
      await Promise.all(
        files.map(async (file) => {
          const plain = readFileSync(file);
          writeFileSync(`${file}.br`, await brotli(plain, HARD));
          writeFileSync(`${file}.gz`, await zip(plain, { level: 9 }));
        }),
      );
    },
  };
}
