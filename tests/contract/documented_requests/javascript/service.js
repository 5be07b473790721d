// HTTP calls to the service, for all examples. Node's own `fetch` is enough.
'use strict';

const BASE_URL = process.env.WEBRUN_BASE_URL;
const HEADERS = { Authorization: `Bearer ${process.env.WEBRUN_API_KEY}` };

async function get(path) {
  const response = await fetch(BASE_URL + path, { headers: HEADERS });
  return response.json();
}

async function post(path, body) {
  const response = await fetch(BASE_URL + path, {
    method: 'POST',
    headers: { ...HEADERS, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

function sendMessage(sessionId, message) {
  return post('/start/send-message', { sessionId, message });
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// Poll a task until it has ended, as the quickstart does: success and failure are told apart by `type`.
async function pollTask(sessionId, taskId) {
  for (;;) {
    const task = await get(`/task/${sessionId}/${taskId}`);
    if (task.type === 'task_completed' || task.type === 'failed') return task;
    if (!task.pending) throw new Error(`not pending and not ended: ${JSON.stringify(task)}`);
    await sleep(100);
  }
}

module.exports = { BASE_URL, HEADERS, get, post, sendMessage, sleep, pollTask };
