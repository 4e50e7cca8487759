// Regulars' fragments in wp-admin without a frame: each request goes through this site's REST route, each address in the
// address bar is one of this page.
import "htmx.org";

const { home, route, failed } = window.regularsPanel;
let { nonce } = window.regularsPanel;
const box = document.getElementById("regulars-panel");

// A path of the panel, from however an address of it is written: as the fragment has it, of this page, of the route.
const panelPath = (address) => {
  const url = new URL(address, location.href);
  if (url.pathname.startsWith("/panel/")) return url.pathname + url.search;
  if (url.searchParams.get("page") === "regulars") return url.searchParams.get("path") ?? "/panel/";
  const rest = new URL(route);
  const plain = rest.searchParams.get("rest_route");
  const whole = plain ? url.searchParams.get("rest_route") ?? "" : url.pathname;
  if (!whole.startsWith(plain ?? rest.pathname)) return null;
  url.searchParams.delete("rest_route");
  return whole.slice((plain ?? rest.pathname).length) + url.search;
};

const routeUrl = (path) => {
  const [pathname, search] = path.split("?");
  const url = new URL(route);
  if (url.searchParams.has("rest_route")) url.searchParams.set("rest_route", url.searchParams.get("rest_route") + pathname);
  else url.pathname += pathname;
  for (const [name, value] of new URLSearchParams(search)) url.searchParams.append(name, value);
  return url.href;
};

const PASSING = ["shop", "id_token", "notice"];
const pageUrl = (path) => {
  const inner = new URL(path, location.origin);
  for (const name of PASSING) inner.searchParams.delete(name);
  const url = new URL(home);
  if (inner.pathname + inner.search !== "/panel/") url.searchParams.set("path", inner.pathname + inner.search);
  return url.pathname + url.search;
};

const markSection = () => {
  const here = (panelPath(location.href) ?? "").split("?")[0];
  const links = [...box.querySelectorAll("nav a[data-section]")];
  const fitting = links.filter((link) => here.startsWith(link.dataset.section));
  const best = fitting.sort((a, b) => b.dataset.section.length - a.dataset.section.length)[0];
  for (const link of links) link === best ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
};

const showTrouble = (isShown) => {
  const trouble = box.querySelector("#trouble");
  if (!trouble) return;
  trouble.textContent = isShown ? trouble.dataset.text || failed : "";
  trouble.hidden = !isShown;
};

const keepNonce = (headers) => { nonce = headers.get("X-WP-Nonce") || nonce; };

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const path = panelPath(ctx.request.action);
  if (!path) return;
  ctx.request.action = routeUrl(path);
  ctx.request.headers["X-WP-Nonce"] = nonce;
});
document.addEventListener("htmx:before:response", ({ detail: { ctx } }) => keepNonce(ctx.response.headers));
document.addEventListener("htmx:before:history:update", ({ detail: { history: change } }) => {
  const path = panelPath(change.path);
  if (path) change.path = pageUrl(path);
});
document.addEventListener("htmx:after:history:update", ({ detail }) => {
  markSection();
  if (detail.history.type === "push") document.getElementById("page")?.focus({ preventScroll: true });
});
document.addEventListener("htmx:after:swap", () => { markSection(); showTrouble(false); });
document.addEventListener("htmx:error", ({ detail }) => showTrouble(detail.ctx !== undefined));

// The first page, whole: what stands around the fragments comes with it.
const begin = async () => {
  const answer = await fetch(routeUrl(box.dataset.path), { headers: { "X-WP-Nonce": nonce }, credentials: "same-origin" });
  keepNonce(answer.headers);
  const shown = answer.headers.get("Content-Type")?.startsWith("text/html") ? await answer.text() : "";
  if (!shown) throw new Error(`No page: ${answer.status}`);
  box.innerHTML = shown; // kses has seen it; scripts set this way do not run
  box.querySelector(":scope > title")?.remove();
  window.htmx.process(box);
  markSection();
  box.dataset.ready = "";
};

if (box) begin().catch(() => {
  const words = Object.assign(document.createElement("p"), { textContent: failed });
  words.setAttribute("role", "alert");
  box.replaceChildren(words);
});
