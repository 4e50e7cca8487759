// Requests say who asks. In Shopify App Bridge does it; in WordPress the admin page around us gives a fresh token for
// each; stand-alone the browser sends its cookie, and we what shows that the request comes from a page of ours.
const root = document.documentElement;
const parentOrigin = root.dataset.parent;
const plainFetch = window.fetch.bind(window);
const waiting = [];

const freshToken = () => new Promise((resolve, reject) => {
  const take = (token) => { clearTimeout(timer); resolve(token); };
  const timer = setTimeout(() => {
    waiting.splice(waiting.indexOf(take), 1); // else the next token would go to who no longer waits
    reject(new Error("The admin page gave no token."));
  }, 10_000);
  waiting.push(take);
  window.parent.postMessage({ type: "crm:token-request" }, parentOrigin);
});

window.addEventListener("message", ({ source, origin, data }) => {
  if (source === window.parent && origin === parentOrigin && data?.type === "crm:token") waiting.shift()?.(data.token);
});

const isOurs = (request) => new URL(request.url).origin === location.origin;

const withToken = async (request) => {
  request.headers.set("Authorization", `Bearer ${await freshToken()}`);
  return plainFetch(request);
};

const throughParent = async (input, init) => {
  const request = new Request(input, init);
  if (!isOurs(request)) return plainFetch(request);
  const again = request.clone(); // a body can be sent once only
  const answer = await withToken(request);
  return answer.status === 401 && answer.headers.has("X-Retry-Token") ? withToken(again) : answer;
};

const withCsrf = (input, init) => {
  const request = new Request(input, init);
  const token = document.querySelector("meta[name=csrf-token]")?.content;
  if (token && isOurs(request) && request.method !== "GET") request.headers.set("X-CSRF-Token", token);
  return plainFetch(request);
};

if (root.dataset.host === "wp") window.fetch = throughParent;
if (root.dataset.host === "standalone") window.fetch = withCsrf;

// The bounce page in WordPress: a token first, then where the frame wanted to go.
if (root.dataset.back) {
  const target = new URL(root.dataset.back, location.origin);
  if (target.origin === location.origin) freshToken().then((token) => {
    target.searchParams.set("id_token", token);
    location.replace(target);
  });
}
