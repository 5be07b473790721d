// Start a session with a task, then poll the task until `type` says how it ended.
'use strict';

const { pollTask, post } = require('./service.js');

async function startAndPoll(startingUrl) {
  const session = await post('/start/start-session', {
    task: { prompt: 'List the cities.', startingUrl, terminateOnCompletion: true },
  });
  const result = await pollTask(session.sessionId, session.taskId);
  return result.type === 'task_completed' ? result.data.message : `${result.code}: ${result.error}`;
}

module.exports = async () => ({
  answer: await startAndPoll(process.env.SITE_URL),
  failure: await startAndPoll('http://127.0.0.1:9/'), // nothing listens there
});
