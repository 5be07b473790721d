// Every way for a page to ask somebody for something. Each is tried for all targets, forbidden ones first.
const add = (name, attributes) => {
  const element = Object.assign(document.createElement(name), attributes);
  document.body.append(element);
  return element;
};
const head = (attributes) => document.head.append(Object.assign(document.createElement("link"), attributes));
const blob = (text, type = "text/javascript") => URL.createObjectURL(new Blob([text], { type }));
const quiet = (promise) => promise.catch(() => {});
const get = (url, more = {}) => quiet(fetch(url, { mode: "no-cors", ...more }));
const via = (url) => "/redirect?to=" + encodeURIComponent(url);
const here = location.origin;

const WAYS = {
  img: (url) => add("img", { src: url }),
  srcset: (url) => add("img", { srcset: url + " 1x" }),
  script: (url) => add("script", { src: url }),
  module: (url) => add("script", { src: url, type: "module" }),
  style: (url) => head({ rel: "stylesheet", href: url }),
  "css-url": (url) => add("div", { style: `width:9px;height:9px;background:url("${url}")` }),
  font: (url) => quiet(new FontFace("f" + Math.random(), `url(${url})`).load()),
  video: (url) => add("video", { src: url, preload: "auto" }),
  track: (url) => quiet(new Audio(url).play()),
  object: (url) => add("object", { data: url }),
  embed: (url) => add("embed", { src: url }),
  iframe: (url) => add("iframe", { src: url }),
  "iframe-srcdoc": (url) => add("iframe", { srcdoc: `<img src="${url}">` }),
  "iframe-moves": (url) => add("iframe", { src: "/go?to=" + encodeURIComponent(url) }),
  fetch: (url) => get(url),
  "fetch-cors": (url) => quiet(fetch(url)),
  keepalive: (url) => get(url, { keepalive: true }),
  preflight: (url) => quiet(fetch(url, { headers: { "x-mine": "1" } })),
  xhr: (url) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.send();
  },
  beacon: (url) => navigator.sendBeacon(url, "x"),
  eventsource: (url) => new EventSource(url),
  websocket: (url) => new WebSocket(url.replace("http", "ws")),
  prefetch: (url) => head({ rel: "prefetch", href: url }),
  preload: (url) => head({ rel: "preload", as: "image", href: url }),
  modulepreload: (url) => head({ rel: "modulepreload", href: url }),
  "form-in-frame": (url) => {
    const frame = add("iframe", { name: "f" + Math.random() });
    const form = add("form", { action: url, target: frame.name, method: "post" });
    form.submit();
  },
  worker: (url) => new Worker(blob(`fetch("${url}", {mode: "no-cors"})`)),
  "worker-script": (url) => new Worker(blob(`importScripts("${url}")`)),
  "worker-socket": (url) => new Worker(blob(`new WebSocket("${url.replace("http", "ws")}")`)),
  "shared-worker": (url) => new SharedWorker(blob(`fetch("${url}", {mode: "no-cors"})`)),
  "service-worker": (url) =>
    quiet(navigator.serviceWorker.register("/sw.js?to=" + encodeURIComponent(url), { scope: "/s" + Math.random() })),
  redirect: (url) => add("img", { src: via(url) }),
  "redirect-chain": (url) => add("img", { src: via(here + via(here + via(url))) }),
  "redirect-fetch": (url) => get(via(url)),
  "redirect-frame": (url) => add("iframe", { src: via(url) }),
  "open-redirect": (url) => add("img", { src: "http://other.example" + via(url) }),
  backslash: (url) => add("img", { src: url.replace("//", "/\\") }),
  capitals: (url) => add("img", { src: url.replace(/\/\/[^:/]+/, (host) => host.toUpperCase()) }),
  "trailing-dot": (url) => add("img", { src: url.replace(/(\/\/[^:/]+)/, "$1.") }),
  tls: (url) => get(url.replace("http:", "https:")),
  "tls-socket": (url) => new WebSocket(url.replace("http:", "wss:")),
};

window.tryAll = (targets) => {
  for (const [name, go] of Object.entries(WAYS)) for (const target of targets) {
    try {
      go(target + "/hit/" + name);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  }
  for (const target of targets) {
    head({ rel: "dns-prefetch", href: target });
    head({ rel: "preconnect", href: target });
    head({ rel: "preconnect", href: target.replace("http:", "https:") });
  }
};
window.names = Object.keys(WAYS).filter((name) => !name.startsWith("tls"));
