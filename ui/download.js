// A file is fetched like everything else, with what says who asks: a plain link would lead a frame away to nowhere.
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-file]");
  if (!link) return;
  event.preventDefault();
  const answer = await fetch(link.href);
  if (!answer.ok) return location.reload();
  const address = URL.createObjectURL(await answer.blob());
  const hidden = Object.assign(document.createElement("a"), { href: address, download: link.dataset.file });
  hidden.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
});
