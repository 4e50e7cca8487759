// Whoever leaves the email field (or answers the box) is known to the shop from then on, as on the real platforms.
const form = document.getElementById("checkout");

const leaveContact = () => {
  if (!form.email.value || !form.email.checkValidity()) return;
  const body = new URLSearchParams({ email: form.email.value });
  if (form.news.checked) body.set("news", "1");
  fetch("/checkout/contact", { method: "POST", body });
};

form.email.addEventListener("change", leaveContact);
form.news.addEventListener("change", leaveContact);
