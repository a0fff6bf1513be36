'use strict';
const http = require('node:http');
const { Readable } = require('node:stream');
const { json } = require('node:stream/consumers');
const { pipeline } = require('node:stream/promises');

/** What tests ask, and order. Answers are JSON, except for /span-ids: a line for each span. */
class Control {
  #store;
  #failures;
  #listeners;
  #routes = {
    'GET /counts': answer => write(answer, this.#counts()),
    'GET /requests': answer => write(answer, this.#store.requests),
    'GET /spans': answer => writeAll(answer, this.#store.spans(), '[', ',', ']', JSON.stringify),
    'GET /span-ids': answer => writeAll(answer, this.#store.spanIds(), '', '\n', '\n', String),
    'GET /metrics': answer => writeAll(answer, this.#store.lastPoints(), '[', ',', ']', JSON.stringify),
    'GET /points': answer => writeAll(answer, this.#store.points(), '[', ',', ']', JSON.stringify),
    'POST /failures': (answer, order) => write(answer, this.#failures.add(order)),
    'DELETE /failures': answer => write(answer, this.#failures.clear()),
    'POST /reset': answer => write(answer, this.#store.reset()),
    'POST /open': async answer => write(answer, await this.#each('open')),
    'POST /close': async answer => write(answer, await this.#each('close')),
  };

  constructor(store, failures, listeners) {
    this.#store = store;
    this.#failures = failures;
    this.#listeners = listeners;
    this.server = http.createServer((request, answer) => this.#serve(request, answer));
  }

  async #serve(request, answer) {
    try {
      const route = this.#routes[`${request.method} ${request.url}`];
      if (!route) return write(answer, { error: `no ${request.method} ${request.url}` }, 404);
      await route(answer, request.url === '/failures' && request.method === 'POST' ? await json(request) : undefined);
    } catch (error) {
      if (answer.headersSent) answer.destroy(error);
      else write(answer, { error: error.message }, 400);
    }
  }

  #counts() {
    const { counts, problems } = this.#store;
    const { grpc, http } = this.#listeners;
    return { ...counts, connections: { grpc: grpc.counts(), http: http.counts() }, problemCount: problems.count, problems: problems.first };
  }

  #each(act) {
    return Promise.all(Object.values(this.#listeners).map(listener => listener[act]())).then(() => undefined);
  }
}

function write(answer, value = {}, status = 200) {
  answer.writeHead(status, { 'Content-Type': 'application/json' });
  answer.end(JSON.stringify(value));
}

/** Writes a list of any length. */
async function writeAll(answer, list, begin, between, end, form) {
  answer.writeHead(200, { 'Content-Type': begin ? 'application/json' : 'text/plain' });
  await pipeline(Readable.from(pieces(list, begin, between, end, form)), answer);
}

/** A text of all items, in pieces that are worth sending. */
function* pieces(list, begin, between, end, form) {
  let piece = begin;
  let isFirst = true;
  for (const item of list) {
    piece += (isFirst ? '' : between) + form(item);
    isFirst = false;
    if (piece.length < 65536) continue;
    yield piece;
    piece = '';
  }
  yield piece + end;
}

module.exports = { Control };
