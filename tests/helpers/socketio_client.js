// Listens to one session with socket.io-client from npm and prints what it gets, one JSON object per line.
//
// Usage: node socketio_client.js '{"url", "sessionId", "transports"?, "origin"?}'
// Each line of standard input is a message to send; its end closes the connection.
'use strict';

const readline = require('node:readline');
const { io } = require('socket.io-client');

const { url, sessionId, transports, origin } = JSON.parse(process.argv[2]);
const EVENTS = ['message', 'end_session', 'instance:disconnected', 'instance:reconnected'];

function print(what) {
  process.stdout.write(JSON.stringify({ ...what, now: Date.now() }) + '\n');
}

const socket = io(url, {
  auth: { sessionId },
  reconnection: false,
  ...(transports ? { transports } : {}),
  ...(origin ? { extraHeaders: { Origin: origin } } : {}),
});

socket.on('connect', () => print({ kind: 'connected', transport: socket.io.engine.transport.name }));
socket.on('connect_error', (error) => {
  print({ kind: 'refused', why: error.message });
  process.exit(0);
});
socket.on('disconnect', (reason) => {
  print({ kind: 'disconnected', why: reason });
  process.exit(0);
});
for (const name of EVENTS) {
  socket.on(name, (body) => print({ kind: 'event', name, body }));
}

const input = readline.createInterface({ input: process.stdin });
input.on('line', (line) => socket.emit('message', JSON.parse(line)));
input.on('close', () => socket.disconnect());
