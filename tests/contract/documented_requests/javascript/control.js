// Pause, resume, stop and terminate. Each command is repeated: a repetition changes nothing and is no error.
'use strict';

const { get, post, pollTask, sendMessage, sleep } = require('./service.js');

module.exports = async () => {
  const { sessionId, taskId } = await post('/start/start-session', {
    task: { prompt: 'wait for 60 seconds', startingUrl: process.env.SITE_URL },
  });
  while ((await get(`/task/${sessionId}/${taskId}`)).status !== 'running') await sleep(50);

  const answers = [];
  const phases = [];
  for (const newState of ['pause', 'pause', 'resume', 'resume', 'stop', 'stop', 'terminate', 'terminate']) {
    answers.push((await sendMessage(sessionId, { actionType: 'state', newState })).message);
    phases.push((await get(`/start/session-status/${sessionId}`)).phase ?? 'ended');
  }
  const { type, code } = await pollTask(sessionId, taskId);
  return { answers: [...new Set(answers)], phases, type, code };
};
