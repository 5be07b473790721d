// A complete program: start a session with a task, follow the session over its socket until it ends, print the answer.
//
// It connects after the task was started, and waits for nothing but events. Three sessions show that this never hangs:
// one that is joined at once, one whose task is over by then, and one that has ended by then.
'use strict';

const { io } = require('socket.io-client');
const { pollTask, post } = require('./service.js');

function follow({ socketURL, sessionId }) {
  return new Promise((resolve, reject) => {
    const seen = { statusLines: 0, answer: null, end: null };
    const socket = io(socketURL, { auth: { sessionId }, transports: ['websocket'], reconnection: false });

    socket.on('connect_error', reject);

    socket.on('message', (message) => {
      switch (message.type) {
        case 'agent':
        case 'action':
          break; // what the agent says and does
        case 'response_update':
          seen.statusLines += 1;
          break;
        case 'guardrail_trigger':
          socket.emit('message', { actionType: 'guardrail', newState: 'resume', prompt: 'the left one' });
          break;
        case 'task_completed':
          seen.answer = message.data.message;
          socket.emit('message', { actionType: 'state', newState: 'terminate' });
          break;
        case 'error':
          if (!message.command) reject(new Error(message.error)); // the session may have ended before `terminate`
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

async function startAndFollow({ terminateOnCompletion, isOverFirst }) {
  const session = await post('/start/start-session', {
    task: { prompt: 'List the cities.', startingUrl: process.env.SITE_URL, terminateOnCompletion },
  });
  if (isOverFirst) await pollTask(session.sessionId, session.taskId);
  return follow(session);
}

module.exports = async () => ({
  joinedAtOnce: await startAndFollow({ terminateOnCompletion: false, isOverFirst: false }),
  joinedAfterTheTask: await startAndFollow({ terminateOnCompletion: false, isOverFirst: true }),
  joinedAfterTheEnd: await startAndFollow({ terminateOnCompletion: true, isOverFirst: true }),
});
