/* A widget's model without a kernel: what a page sends is kept, and what Python sends is set by the test. */
export class FakeModel {
  constructor(traits = {}) {
    this.traits = traits;
    this.sent = [];
    this.listeners = new Map();
    this.widget_manager = { kernel: { statusChanged: new FakeSignal(), disposed: new FakeSignal() } };
  }
  get(name) { return this.traits[name]; }
  set(name, value) {
    this.traits[name] = value;
    this.emit(`change:${name}`);
  }
  send(message) { this.sent.push(message); }
  on(event, listener) { this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]); }
  off(event, listener) { this.listeners.set(event, this.listeners.get(event).filter((each) => each !== listener)); }
  emit(event, ...args) { for (const listener of this.listeners.get(event) ?? []) listener(...args); }
}

class FakeSignal {
  constructor() { this.slots = new Set(); }
  connect(slot) { this.slots.add(slot); }
  disconnect(slot) { this.slots.delete(slot); }
  emit(...args) { for (const slot of this.slots) slot(...args); }
}
