// Open a session, send it one task after the other, and end it.
'use strict';

const { get, post, sendMessage } = require('./service.js');

module.exports = async () => {
  const { sessionId } = await post('/start/start-session', { environmentId: null, proxy: null });
  const first = await sendMessage(sessionId, {
    actionType: 'newTask',
    newState: 'start',
    prompt: 'List the cities.',
    startingUrl: process.env.SITE_URL,
  });
  const second = await sendMessage(sessionId, { actionType: 'newTask', newState: 'start', prompt: 'get the heading' });
  const ended = await sendMessage(sessionId, { actionType: 'state', newState: 'terminate' });
  return {
    answers: [first.data.message, second.data.message],
    end: ended.message,
    status: (await get(`/start/session-status/${sessionId}`)).status,
  };
};
