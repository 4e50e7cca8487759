// The admin page's half: it answers its own frame, and only while that frame shows the app's origin.
(() => {
  const { appOrigin, appPath, tokenUrl } = document.documentElement.dataset;
  const PANEL = "/panel";
  const byId = (id) => document.getElementById(id);
  const tell = (message) => byId("app").contentWindow.postMessage(message, appOrigin);

  const freshToken = async () => {
    const answer = await fetch(tokenUrl, { method: "POST" });
    if (!answer.ok) throw new Error(`No token: ${answer.status}`);
    return (await answer.json()).token;
  };

  const adminPath = (path) => appPath + path.slice(PANEL.length).replace(/\/$/, "");

  const navLink = ({ href, label }) => {
    const path = new URL(href, appOrigin).pathname;
    const link = Object.assign(document.createElement("a"), { href: adminPath(path), textContent: label });
    link.dataset.path = path;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      tell({ type: "bridge:navigate", href });
    });
    return link;
  };

  const showNav = ({ items, path }) => {
    const entries = items.map((item) => {
      const entry = document.createElement("li");
      entry.append(navLink(item));
      return entry;
    });
    byId("app-nav").replaceChildren(...entries);
    showPath({ path });
  };

  const showPath = ({ path }) => {
    if (!path.startsWith(PANEL)) return; // the bounce page is no place to come back to
    history.replaceState(null, "", adminPath(path));
    for (const link of document.querySelectorAll("#app-nav a")) {
      if (link.dataset.path === path) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  };

  let fading;
  const showToast = ({ message, isError }) => {
    byId("toast").textContent = message;
    byId("toast").classList.toggle("error", Boolean(isError));
    clearTimeout(fading);
    fading = setTimeout(() => { byId("toast").textContent = ""; }, 5000);
  };

  const ANSWERS = {
    "bridge:token-request": async ({ id }) => tell({ type: "bridge:token", id, token: await freshToken() }),
    "bridge:nav": showNav,
    "bridge:path": showPath,
    "bridge:toast": showToast,
    "bridge:save-bar": ({ shown }) => { byId("save-bar").hidden = !shown; },
    "bridge:leave": () => byId("leave").showModal(),
    "crm:token-request": async () => tell({ type: "crm:token", token: await freshToken() }),
  };

  window.addEventListener("message", ({ source, origin, data }) => {
    if (!appOrigin || source !== byId("app")?.contentWindow || origin !== appOrigin) return;
    ANSWERS[data?.type]?.(data);
  });

  document.addEventListener("DOMContentLoaded", () => {
    byId("menu-button").addEventListener("click", ({ currentTarget }) => {
      currentTarget.setAttribute("aria-expanded", document.body.classList.toggle("menu-open"));
    });
    byId("save-bar")?.addEventListener("click", ({ target }) => {
      if (target.value) tell({ type: `bridge:${target.value}` });
    });
    byId("leave")?.addEventListener("close", ({ target }) => tell({ type: "bridge:leave", leaves: target.returnValue === "leave" }));
  });
})();
