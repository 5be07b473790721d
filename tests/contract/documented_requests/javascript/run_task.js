// One request for one task: the answer comes with the response, or is polled if the task takes longer.
'use strict';

const { BASE_URL, HEADERS, post } = require('./service.js');

module.exports = async () => {
  const task = await post('/start/run-task', {
    prompt: 'List the cities.',
    startingUrl: process.env.SITE_URL,
    outputType: 'structured_json',
    outputSchema: {
      type: 'array',
      items: {
        type: 'object',
        properties: { city: { type: 'string' }, people: { type: 'integer' } },
        required: ['city', 'people'],
      },
    },
    maxDuration: 60000,
    maxInputTokens: 50000,
    maxOutputTokens: 20000,
  });
  let result = task;
  while (result.pending) {
    // `pollUrl` is a path or a complete address
    const response = await fetch(new URL(task.pollUrl, BASE_URL), { headers: HEADERS });
    result = await response.json();
  }
  const polled = await fetch(new URL(task.pollUrl, BASE_URL), { headers: HEADERS });
  return {
    cities: JSON.parse(result.data.message),
    cost: result.usage.cost,
    completedAt: new Date(result.completedAt).toISOString() === result.completedAt,
    polledStatus: (await polled.json()).status,
  };
};
