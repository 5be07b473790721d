/* The page of `webViewURL`. The session's id is in its address; the key is not: it is typed, or handed over by
   - the address's fragment, `#key=…`, which browsers send to no server, and which is taken out of the address at once;
   - the embedding page: once it hears {type: "webrun:ready"} it posts {type: "webrun:key", key} to the frame.
   It is kept in this module's memory alone: a reload asks again. */

import { screenView } from "./screencast.js";

const SESSION_ID = location.pathname.split("/")[2];
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 5000;
const KEY_REFUSED = 4401;
const NO_MORE = new Map([[1000, "The session has ended"], [4404, "There is no such session"], [4409, "The session has ended"]]);

const form = document.querySelector("#ask");
const field = document.querySelector("#key");
const why = document.querySelector("#why");
const place = document.querySelector("#screen");

let key = null;
let socket = null;
let pause = FIRST_PAUSE_MS;
let said = "";

const send = (message) => {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
};
const screen = screenView(place, { send }, { announce: true });

function ask(reason) {
  key = null;
  place.hidden = true;
  form.hidden = false;
  why.textContent = reason;
}

function use(given) {
  key = given;
  form.hidden = true;
  place.hidden = false;
  screen.link("Connecting…");
  connect();
}

function connect() {
  socket?.close();
  const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/view/${SESSION_ID}/socket`;
  const mine = new WebSocket(url);
  socket = mine;
  mine.binaryType = "arraybuffer";
  mine.onopen = () => {
    send({ type: "hello", key });
    screen.tell();
  };
  mine.onmessage = ({ data }) => {
    if (socket !== mine) return;
    if (typeof data !== "string") {
      screen.picture(data);
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "state") {
      pause = FIRST_PAUSE_MS;
      screen.link("");
    }
    said = message.type === "error" ? message.message : "";
    screen.note(message);
  };
  mine.onclose = ({ code }) => {
    if (socket !== mine) return;
    socket = null;
    if (code === KEY_REFUSED) {
      ask("This key was not accepted.");
    } else if (NO_MORE.has(code)) {
      screen.link(NO_MORE.get(code));
    } else if (code === 4400) {
      screen.link(said);
    } else {
      screen.link("The server can't be reached; trying again…");
      setTimeout(() => { if (key !== null && socket === null) connect(); }, pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
  };
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const given = field.value.trim();
  field.value = "";
  if (given) use(given);
});

if (window.parent !== window) {
  window.addEventListener("message", ({ source, data }) => {
    if (source === window.parent && data?.type === "webrun:key" && typeof data.key === "string") use(data.key);
  });
  window.parent.postMessage({ type: "webrun:ready" }, "*"); // any page may know that this one listens
}

function takeKeyFromAddress() {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  return given;
}
window.addEventListener("hashchange", () => {
  const given = takeKeyFromAddress();
  if (given) use(given);
});

const handed = takeKeyFromAddress();
if (handed) use(handed);
else ask("");
