// Builds the plugin's folder, as WordPress unpacks it: node extensions/woocommerce/panel/build.mjs OUT
import { build, transform } from "esbuild";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const plugin = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(dirname(plugin));
const out = process.argv[2];
// Not minified: the directory wants code that can be read.
const shared = { absWorkingDir: root, bundle: true, target: ["es2022"], write: false };

const script = await build({ ...shared, entryPoints: [join(plugin, "panel", "panel.js")], format: "iife", legalComments: "inline" });
const styles = await build({ ...shared, entryPoints: [join(plugin, "panel", "panel.css")] });

// The panel's own look, kept from the rest of wp-admin: what is said of the document holds for our part of it.
const rules = styles.outputFiles[0].text
  .replaceAll(":root", ":scope")
  .replaceAll("[data-host=", ":scope[data-host=")
  .replace(/^(\s*)body(?=[\s.{:])/gm, "$1:scope");
const scoped = await transform(`@scope (#regulars-panel) {\n${rules}\n}`, { loader: "css" });

rmSync(out, { recursive: true, force: true });
for (const name of ["regulars-for-woocommerce.php", "uninstall.php", "readme.txt", "LICENSE", "includes", "assets"]) {
  cpSync(join(plugin, name), join(out, name), { recursive: true });
}
writeFileSync(join(out, "assets", "panel.js"), script.outputFiles[0].contents);
writeFileSync(join(out, "assets", "panel.css"), scoped.code);
console.log(`${out}: panel.js ${script.outputFiles[0].contents.length} bytes, panel.css ${scoped.code.length}; htmx ${JSON.parse(readFileSync(join(root, "node_modules/htmx.org/package.json"))).version}`);
