// After the page's middle was changed: which section is shown, where the reader is, and what went wrong on the way.
const page = () => document.getElementById("page");

// The row of tabs is wider than a phone. Only the row scrolls, never the page.
const bringIntoRow = (link) => {
  const [row, tab] = [link.closest("ul"), link.getBoundingClientRect()];
  row.scrollLeft += tab.left - row.getBoundingClientRect().left - (row.clientWidth - tab.width) / 2;
};

const markSection = () => {
  const links = [...document.querySelectorAll("nav a[data-section]")];
  const here = links.filter((link) => location.pathname.startsWith(link.dataset.section));
  const best = here.sort((a, b) => b.dataset.section.length - a.dataset.section.length)[0];
  if (best && !best.hasAttribute("aria-current")) bringIntoRow(best);
  for (const link of links) link === best ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
};

const showTrouble = (shown) => {
  const trouble = document.getElementById("trouble");
  if (!trouble) return;
  trouble.textContent = shown ? trouble.dataset.text : "";
  trouble.hidden = !shown;
};

// A new page is read from its top; a list that was only searched keeps the reader where she is.
const afterUpdate = (event) => {
  markSection();
  if (event.detail.history.type === "push") page()?.focus({ preventScroll: true });
};

document.addEventListener("htmx:after:history:update", afterUpdate);
document.addEventListener("htmx:after:swap", () => { markSection(); showTrouble(false); });
document.addEventListener("htmx:error", (event) => showTrouble(event.detail.ctx !== undefined));
document.addEventListener("change", ({ target }) => { if (target.id === "switch-shop") target.form.requestSubmit(); });
markSection();
