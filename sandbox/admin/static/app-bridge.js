// A stand-in for Shopify's App Bridge: tokens, fetch, navigation, toast and save bar, by messages with the admin page that frames us.
(() => {
  const script = document.currentScript;
  const admin = new URL(script.src).origin; // the admin page and this script come from one server
  const apiKey = script.dataset.apiKey ?? document.querySelector("meta[name=shopify-api-key]")?.content;
  const realFetch = window.fetch.bind(window);
  const waiting = new Map();

  const tell = (type, more = {}) => window.parent.postMessage({ type: `bridge:${type}`, ...more }, admin);

  const idToken = () => new Promise((resolve, reject) => {
    const id = crypto.randomUUID();
    waiting.set(id, resolve);
    setTimeout(() => waiting.delete(id) && reject(new Error("The admin page gave no ID token.")), 10_000);
    tell("token-request", { id, apiKey });
  });

  const signed = async (request) => {
    request.headers.set("Authorization", `Bearer ${await idToken()}`);
    request.headers.set("X-Requested-With", "XMLHttpRequest");
    return realFetch(request);
  };

  window.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).origin !== location.origin || request.headers.has("Authorization")) return realFetch(request);
    const again = request.clone(); // a body can be sent once only
    const answer = await signed(request);
    const stale = answer.status === 401 && answer.headers.get("X-Shopify-Retry-Invalid-Session-Request") === "1";
    return stale ? signed(again) : answer;
  };

  // A bounce page holds nothing but this script: fetch a token and go where the page wanted to go.
  const reload = new URLSearchParams(location.search).get("shopify-reload");
  if (reload) {
    const target = new URL(reload, location.origin);
    if (target.origin !== location.origin) throw new Error("shopify-reload must stay with the app.");
    idToken().then((token) => {
      target.searchParams.set("id_token", token);
      location.replace(target);
    });
  }

  const links = () => [...document.querySelectorAll("s-app-nav a, s-app-nav s-link")];
  customElements.define("s-app-nav", class extends HTMLElement {
    connectedCallback() {
      this.hidden = true;
      new MutationObserver(() => this.report()).observe(this, { childList: true, subtree: true });
      this.report();
    }
    report() {
      const items = links().map((link) => ({ href: link.getAttribute("href"), label: link.textContent.trim(), home: link.getAttribute("rel") === "home" }));
      tell("nav", { items, path: location.pathname });
    }
  });

  // The admin's address bar follows the frame. Ours is the first script, so whoever pushes a state later comes through here.
  for (const name of ["pushState", "replaceState"]) {
    const real = history[name].bind(history);
    history[name] = (...args) => { real(...args); tell("path", { path: location.pathname }); };
  }
  window.addEventListener("popstate", () => tell("path", { path: location.pathname }));

  // Save bar: <form data-save-bar> by itself, <ui-save-bar id> with its two buttons by shopify.saveBar.
  let onSave, onDiscard, onLeave;
  const saveBar = (shown, save, discard) => { [onSave, onDiscard] = [save, discard]; tell("save-bar", { shown }); };
  const leaveConfirmation = () => new Promise((resolve, reject) => {
    if (!onSave) return resolve();
    onLeave = (leaves) => { if (leaves) { saveBar(false); resolve(); } else reject(new Error("The merchant stays.")); };
    tell("leave");
  });
  const barOf = (id) => [...document.getElementById(id).querySelectorAll("button")];
  const formOf = (event) => event.target.closest?.("form[data-save-bar]");
  document.addEventListener("input", (event) => {
    const form = formOf(event);
    if (form) saveBar(true, () => form.requestSubmit(), () => form.reset());
  });
  for (const name of ["submit", "reset"]) document.addEventListener(name, (event) => formOf(event) && saveBar(false));

  window.addEventListener("message", ({ source, origin, data }) => {
    if (source !== window.parent || origin !== admin) return;
    if (data.type === "bridge:token") { waiting.get(data.id)?.(data.token); waiting.delete(data.id); }
    if (data.type === "bridge:navigate") links().find((link) => link.getAttribute("href") === data.href)?.click();
    if (data.type === "bridge:save") onSave?.();
    if (data.type === "bridge:discard") onDiscard?.();
    if (data.type === "bridge:leave") onLeave?.(data.leaves);
  });

  window.shopify = {
    config: { apiKey, shop: new URLSearchParams(location.search).get("shop"), locale: "en" },
    idToken,
    toast: { show: (message, { isError = false } = {}) => tell("toast", { message, isError }) },
    saveBar: {
      show: async (id) => { const [save, discard] = barOf(id); saveBar(true, () => save?.click(), () => discard?.click()); },
      hide: async () => saveBar(false),
      leaveConfirmation,
    },
  };
})();
