/* The page of `webViewURL`. The token that opens a session's live view is in the fragment of this page's address,
   `#token=…`, which browsers send to no server. It stays there, so that a reload works. */

import { screenView } from "./screencast.js";

const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 5000;
const TOKEN_REFUSED = 4401;
const SESSION_ENDED = [1000, 4404, 4409];
const REQUEST_REFUSED = 4400;

const problem = document.querySelector("#problem");
const place = document.querySelector("#screen");

let token = null;
let socket = null;
let pause = FIRST_PAUSE_MS;
let refusal = "";

const send = (message) => {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
};
const screen = screenView(place, { send }, { announce: true });

function showProblem(text) {
  problem.textContent = text;
  place.hidden = text !== "";
}

function openFromAddress() {
  token = new URLSearchParams(location.hash.slice(1)).get("token");
  socket?.close();
  socket = null;
  if (token) {
    showProblem("");
    screen.link("Connecting…");
    connect();
  } else {
    showProblem("This address shows no live view: its token (#token=…) is missing.");
  }
}

function connect() {
  const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/view/live/socket`;
  const mine = new WebSocket(url);
  socket = mine;
  mine.binaryType = "arraybuffer";
  mine.onopen = () => {
    send({ type: "hello", token });
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
    refusal = message.type === "error" ? message.message : "";
    screen.note(message);
  };
  mine.onclose = ({ code }) => {
    if (socket !== mine) return;
    socket = null;
    if (code === TOKEN_REFUSED) {
      showProblem("This address shows no live view: its token is not valid.");
    } else if (SESSION_ENDED.includes(code)) {
      screen.link("The session has ended");
    } else if (code === REQUEST_REFUSED) {
      screen.link(refusal);
    } else {
      screen.link("The server can't be reached; trying again…");
      setTimeout(() => { if (token && socket === null) connect(); }, pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
  };
}

window.addEventListener("hashchange", openFromAddress);
openFromAddress();
