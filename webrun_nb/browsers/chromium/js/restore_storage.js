// Restores the storage of this (empty) document's origin: local storage, and databases that do not exist yet.
// `origin` is an origin of Playwright's storage state in which every value is plain JSON.
async (origin) => {
  if (location.origin !== origin.origin) throw new Error(`${origin.origin} leads to ${location.origin}`);
  for (const { name, value } of origin.localStorage ?? []) localStorage.setItem(name, value);

  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("the database is in use"));
  });
  const create = (database, store) => {
    const made = database.createObjectStore(store.name, {
      autoIncrement: store.autoIncrement, keyPath: store.keyPathArray ?? store.keyPath ?? null,
    });
    for (const index of store.indexes) {
      made.createIndex(index.name, index.keyPathArray ?? index.keyPath, { multiEntry: index.multiEntry, unique: index.unique });
    }
  };
  const fill = async ({ name, version, stores }) => {
    const opening = indexedDB.open(name, version);
    opening.onupgradeneeded = () => { for (const store of stores) create(opening.result, store); };
    const database = await settled(opening);
    try {
      if (!stores.length) return;
      const writing = database.transaction(stores.map((store) => store.name), "readwrite");
      const written = new Promise((resolve, reject) => {
        writing.oncomplete = resolve;
        writing.onabort = () => reject(writing.error);
      });
      for (const store of stores) {
        const into = writing.objectStore(store.name);
        for (const { key, value } of store.records) into.add(value, key);  // no key: it is part of the value
      }
      await written;
    } finally {
      database.close();
    }
  };
  await Promise.all((origin.indexedDB ?? []).map(fill));
}
