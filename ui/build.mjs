// Builds static/dist/: hashed names, a manifest, and each file also compressed.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, "static", "dist");

const built = await build({
  absWorkingDir: root,
  entryPoints: ["ui/app.js", "ui/app.css"],
  outdir: out,
  bundle: true,
  minify: true,
  write: false,
  target: ["es2022"],
  legalComments: "none",
});

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const files = built.outputFiles.map((file) => [basename(file.path), Buffer.from(file.contents)]);
files.push(["icon.svg", readFileSync(join(root, "ui", "icon.svg"))]);

const manifest = {};
for (const [name, bytes] of files) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const hashed = `${basename(name, extname(name))}-${hash}${extname(name)}`;
  manifest[name] = hashed;
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  writeFileSync(join(out, hashed), bytes);
  writeFileSync(join(out, `${hashed}.br`), brotli);
  writeFileSync(join(out, `${hashed}.gz`), gzipSync(bytes, { level: 9 }));
  console.log(`${hashed}  ${bytes.length} bytes, ${brotli.length} compressed`);
}
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 2));
