// A complete program: start a session with a task, follow the session over its socket until it ends, print the answer.
//
// It connects after the task was started, and waits for nothing but events. Several sessions show that this never hangs:
// by the time the program joins them, their task is over, or asks a question, or the session has ended.
'use strict';

const { io } = require('socket.io-client');
const { get, post, sleep } = require('./service.js');

function follow({ socketURL, sessionId }) {
  return new Promise((resolve, reject) => {
    const seen = { questions: 0, answer: null, error: null, end: null };
    const socket = io(socketURL, { auth: { sessionId }, transports: ['websocket'], reconnection: false });

    socket.on('connect_error', reject);

    socket.on('message', (message) => {
      switch (message.type) {
        case 'agent':
        case 'action':
        case 'response_update':
          break; // what the agent says and does, for the person who watches
        case 'guardrail_trigger':
          seen.questions += 1;
          socket.emit('message', { actionType: 'guardrail', newState: 'resume', prompt: 'the left one' });
          break;
        case 'task_completed':
          seen.answer = message.data.message;
          socket.emit('message', { actionType: 'state', newState: 'terminate' });
          break;
        case 'error':
          if (!message.command) seen.error = message.code; // not a refused command: `terminate` may come too late
          break;
      }
    });

    socket.on('end_session', ({ reason }) => {
      seen.end = reason;
      socket.disconnect();
      resolve(seen);
    });
  });
}

async function startAndFollow(task, joinsOnce) {
  const session = await post('/start/start-session', { task });
  while (!joinsOnce(await get(`/task/${session.sessionId}/${session.taskId}`))) await sleep(50);
  return follow(session);
}

module.exports = async () => {
  const task = { prompt: 'List the cities.', startingUrl: process.env.SITE_URL };
  const lastTask = { ...task, terminateOnCompletion: true };
  const isOver = ({ pending }) => !pending;
  const asks = ({ type }) => type === 'guardrail_trigger';
  return {
    joinedAtOnce: await startAndFollow(task, () => true),
    joinedAfterTheTask: await startAndFollow(task, isOver),
    joinedAfterTheEnd: await startAndFollow(lastTask, isOver),
    joinedAtTheQuestion: await startAndFollow({ ...lastTask, prompt: 'Click the Open button' }, asks),
    joinedAfterTheFailure: await startAndFollow({ ...lastTask, prompt: 'Click the Frobnicate button' }, isOver),
  };
};
