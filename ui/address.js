// What an address carries for one moment (a token, a notice) is taken out of the address bar and of history.
const address = new URL(location.href);
const passing = ["id_token", "hmac", "timestamp", "session", "notice"];
if (passing.some((name) => address.searchParams.has(name))) {
  passing.forEach((name) => address.searchParams.delete(name));
  history.replaceState(history.state, "", address);
}

document.addEventListener("htmx:before:history:update", (event) => {
  const change = event.detail.history;
  const next = new URL(change.path, location.href);
  passing.forEach((name) => next.searchParams.delete(name));
  change.path = next.pathname + next.search + next.hash;
});
