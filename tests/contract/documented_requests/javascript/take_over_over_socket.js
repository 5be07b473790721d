// Take over the browser from a running task, click, type, and hand it back, over the socket.
//
// Points are those of the whole browser window: the page begins 155 px below the window's upper edge.
'use strict';

const { io } = require('socket.io-client');
const { get, post, sendMessage, sleep } = require('./service.js');

const BROWSER_BAR = 155;

module.exports = async () => {
  const { socketURL, sessionId } = await post('/start/start-session', {
    task: { startingUrl: process.env.AIM_URL },
  });
  const socket = io(socketURL, { auth: { sessionId }, transports: ['websocket'] });
  await new Promise((resolve, reject) => socket.on('connect', resolve).on('connect_error', reject));
  const act = (action) => socket.emit('message', { actionType: 'interaction', action });
  const untilPhase = async (phase) => {
    while ((await get(`/start/session-status/${sessionId}`)).phase !== phase) await sleep(50);
  };

  await untilPhase('idle');
  socket.emit('message', { actionType: 'newTask', newState: 'start', prompt: 'wait for 60 seconds' });
  await untilPhase('running');
  act({ type: 'takeOverControl' });
  await untilPhase('manual');
  act({ type: 'CLICK', x: 300, y: 200 + BROWSER_BAR });
  act({ type: 'TYPE', text: 'by hand', humanLike: false });
  act({ type: 'releaseControl' });
  await untilPhase('running');
  socket.emit('message', { actionType: 'state', newState: 'stop' });
  await untilPhase('stopped');

  const read = await sendMessage(sessionId, { actionType: 'newTask', newState: 'start', prompt: 'get the Clicked' });
  await sendMessage(sessionId, { actionType: 'state', newState: 'terminate' });
  socket.disconnect();
  return { answer: read.data.message };
};
