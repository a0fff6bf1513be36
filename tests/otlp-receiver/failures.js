'use strict';
// What each mode takes besides signal and times; those with ? may be left out.
const MODES = {
  status: { status: 'number', retryAfter: 'string?', message: 'string?', body: 'string?' }, // HTTP: not taken, answered with a status
  grpc: { code: 'number', retryDelayMs: 'number?', message: 'string?' }, // gRPC: the same
  tooLarge: { maxBytes: 'number' }, // bodies above a size: 413, RESOURCE_EXHAUSTED
  slow: { ms: 'number' }, // taken, and answered after a while
  hang: {}, // not taken, never answered
  drop: {}, // taken, but the connection is destroyed without an answer
  partial: { rejected: 'number', message: 'string?' }, // taken but for the last so many items
};
const PROTOCOL = { status: 'http', grpc: 'grpc' };

/** What shall go wrong. Failures wait in a list; a request meets the first that is about it. */
class Failures {
  #list = [];

  /** @param failure {mode, signal?: "traces"|"metrics", times?: for so many requests, else for all, ...} */
  add(failure) {
    const fields = MODES[failure.mode];
    if (!fields) throw new Error(`unknown mode '${failure.mode}'`);
    const all = { mode: 'string', signal: 'string?', times: 'number?', ...fields };
    for (const name of Object.keys(failure)) if (!all[name]) throw new Error(`${failure.mode} has no '${name}'`);
    for (const [name, type] of Object.entries(all)) {
      const value = failure[name] ?? undefined;
      if (value === undefined ? !type.endsWith('?') : typeof value !== type.replace('?', '')) throw new Error(`${failure.mode} wants ${name}: ${type}`);
    }
    this.#list.push({ ...failure, times: failure.times ?? Infinity });
  }

  clear() {
    this.#list = [];
  }

  /** The failure that a request meets, which then counts as one of its times. */
  next({ signal, protocol, body }) {
    const failure = this.#list.find(f =>
      (f.signal ?? signal) === signal && (PROTOCOL[f.mode] ?? protocol) === protocol && (f.mode !== 'tooLarge' || body.length > f.maxBytes));
    if (failure && --failure.times <= 0) this.#list.splice(this.#list.indexOf(failure), 1);
    return failure;
  }
}

module.exports = { Failures };
