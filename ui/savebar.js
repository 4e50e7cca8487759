// In Shopify's admin App Bridge shows its save bar for a form with data-save-bar that was changed. A link that leads away
// from one asks first, as the admin's own links do.
const leaving = new WeakSet();
const opensElsewhere = ({ metaKey, ctrlKey, shiftKey, altKey, button }) => metaKey || ctrlKey || shiftKey || altKey || button > 0;

const follow = (link) => {
  leaving.add(link);
  link.click();
  leaving.delete(link);
};

const askFirst = (event) => {
  const link = event.target.closest?.("main a[href]");
  if (!link || leaving.has(link) || opensElsewhere(event) || !document.querySelector("form[data-save-bar]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  window.shopify.saveBar.leaveConfirmation().then(() => follow(link), () => link.focus()); // rejected: she stays
};

if (document.documentElement.dataset.host === "shopify") document.addEventListener("click", askFirst, true);
