// Answer the agent's questions over the socket: the answer's text is `prompt`.
'use strict';

const { io } = require('socket.io-client');
const { post } = require('./service.js');

module.exports = async () => {
  const { socketURL, sessionId } = await post('/start/start-session', {});
  const questions = [];
  const completed = await new Promise((resolve, reject) => {
    const socket = io(socketURL, { auth: { sessionId }, transports: ['websocket'] });
    socket.on('connect_error', reject);
    socket.on('connect', () =>
      socket.emit('message', {
        actionType: 'newTask',
        newState: 'start',
        prompt: 'Click the Open button',
        startingUrl: process.env.SITE_URL,
        terminateOnCompletion: true,
      }),
    );
    socket.on('message', (message) => {
      if (message.type === 'guardrail_trigger') {
        questions.push(message.data.type);
        socket.emit('message', { actionType: 'guardrail', prompt: 'the left one', newState: 'resume' });
      } else if (message.type === 'task_completed') {
        resolve(message);
      } else if (message.type === 'error') {
        reject(new Error(message.error));
      }
    });
  });
  return { questions, sessionId: completed.sessionId === sessionId, answer: completed.data.message };
};
