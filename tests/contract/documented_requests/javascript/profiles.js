// Create a profile, upload an archive of it with a form, download it again, and delete it.
'use strict';

const { readFile } = require('node:fs/promises');
const { BASE_URL, HEADERS, get, post } = require('./service.js');

module.exports = async () => {
  const { profile } = await post('/profiles', { name: 'work', description: 'stays logged in' });
  const empty = await get(`/profiles/${profile._id}/download`);

  const form = new FormData();
  form.append('file', new Blob([await readFile(process.env.PROFILE_ARCHIVE)]), 'profile.tar.gz');
  const upload = await fetch(`${BASE_URL}/profiles/${profile._id}/upload`, {
    method: 'POST',
    headers: HEADERS,
    body: form,
  });
  const uploaded = await upload.json();

  const { downloadUrl } = await get(`/profiles/${profile._id}/download`);
  const archive = await (await fetch(downloadUrl)).arrayBuffer(); // the address is signed: it needs no key
  const { profiles } = await get('/profiles');
  const removal = await fetch(`${BASE_URL}/profiles/${profile._id}`, { method: 'DELETE', headers: HEADERS });
  return {
    empty: empty.message,
    uploaded: uploaded.message,
    status: uploaded.profile.status,
    uploadedAt: new Date(uploaded.profile.blobUploadedAt).toISOString() === uploaded.profile.blobUploadedAt,
    archiveIsGzip: new Uint8Array(archive).slice(0, 2).join() === '31,139',
    newest: profiles[0]._id === profile._id,
    removed: (await removal.json()).success,
  };
};
