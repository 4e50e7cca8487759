// A form that is under way is not sent again, and its button says so. The button is not taken out of the form while it
// waits (`disabled` would): it keeps the focus, and its value is sent.
let sent = new WeakSet();

const buttonsOf = (form, pressed) => (pressed ? [pressed] : form.querySelectorAll("button:not([type=button], [type=reset])"));
const wait = (button) => ["aria-busy", "aria-disabled"].forEach((name) => button.setAttribute(name, "true"));
const release = (button) => ["aria-busy", "aria-disabled"].forEach((name) => button.removeAttribute(name));

const sendOnce = (event) => {
  const { target: form, submitter } = event;
  if (form.method !== "post") return; // a search may be sent as often as one likes
  if (!sent.has(form)) {
    sent.add(form);
    return buttonsOf(form, submitter).forEach(wait);
  }
  event.preventDefault();
  event.stopImmediatePropagation();
};

const answered = ({ detail: { ctx } }) => {
  if (ctx.keepIndicators || !sent.delete(ctx.sourceElement)) return; // a redirect: the page is about to go
  ctx.sourceElement.querySelectorAll("[aria-busy]").forEach(release);
};

const cameBack = ({ persisted }) => {
  if (!persisted) return;
  sent = new WeakSet();
  document.querySelectorAll("button[aria-busy]").forEach(release);
};

document.addEventListener("submit", sendOnce, true);
document.addEventListener("htmx:finally:request", answered);
window.addEventListener("pageshow", cameBack); // the browser kept the page as it was left
