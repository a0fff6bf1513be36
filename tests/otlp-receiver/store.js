'use strict';
const { decode } = require('./decode');
const plain = require('./plain');

const MOST_PROBLEMS = 100;
const MOST_REQUESTS = 10_000;
const MOST_BYTES = 512 * 1024 * 1024; // of bodies of each signal
const ID_BYTES = 24; // of a trace and a span in it

/** What has come. Bodies are kept as they came and read again when someone asks: so they take little room, and no time while they come. */
class Store {
  #idsOnly;

  /** @param idsOnly Of spans keep no more than which they were. */
  constructor(idsOnly) {
    this.#idsOnly = idsOnly;
    this.reset();
  }

  reset() {
    this.problems = { count: 0, first: [] };
    this.requests = [];
    this.counts = { traces: noCounts(), metrics: noCounts() };
    this.kept = { traces: [], metrics: [] };
    this.keptBytes = { traces: 0, metrics: 0 };
    this.ids = Buffer.allocUnsafe(ID_BYTES * 1024);
    this.idsLength = 0;
  }

  problem(text) {
    if (++this.problems.count <= MOST_PROBLEMS) this.problems.first.push(text);
  }

  /** Counts a request. @param outcome "accepted", "malformed", or the mode of the failure that it met. */
  note(request, outcome, items = 0, rejected = 0) {
    const { signal, protocol, encoding, headers, body } = request;
    const counts = this.counts[signal];
    counts.requests++;
    counts.bytes += body.length;
    counts.items += items - rejected;
    counts.rejected += rejected;
    counts.outcomes[outcome] = (counts.outcomes[outcome] ?? 0) + 1;
    const timeUnixNano = String(BigInt(Date.now()) * 1_000_000n);
    this.requests.push({ timeUnixNano, signal, protocol, encoding, bytes: body.length, items, rejected, outcome, headers });
    if (this.requests.length > MOST_REQUESTS) this.requests.shift();
  }

  /** Keeps the first so many items of a request. */
  add({ signal, body }, message, items) {
    if (items === 0) return;
    if (signal === 'traces' && this.#idsOnly) {
      let left = items;
      for (const { span } of spansOf(message)) if (left-- > 0) this.#addId(span);
      return;
    }
    this.kept[signal].push({ body, items });
    this.keptBytes[signal] += body.length;
    while (this.keptBytes[signal] > MOST_BYTES) {
      this.keptBytes[signal] -= this.kept[signal].shift().body.length;
      this.counts[signal].forgotten++;
    }
  }

  /** All spans, in the order in which they came. */
  *spans() {
    for (const { body, items } of this.kept.traces) {
      let left = items;
      for (const { resource, scope, span } of spansOf(decode('traces', body, () => {}))) if (left-- > 0) yield plain.span(resource, scope, span);
    }
  }

  /** Trace and span of each span that is kept, as hexadecimal digits with '-' between. */
  *spanIds() {
    for (let at = 0; at < this.idsLength; at += ID_BYTES) {
      yield `${this.ids.hexSlice(at, at + 16)}-${this.ids.hexSlice(at + 16, at + ID_BYTES)}`;
    }
    for (const { traceId, spanId } of this.spans()) yield `${traceId}-${spanId}`;
  }

  /** All points of metrics, in the order in which they came. */
  *points() {
    for (const { body, items } of this.kept.metrics) {
      let left = items;
      for (const { resourceMetrics, scopeMetrics, metric, point } of pointsOf(decode('metrics', body, () => {}))) {
        if (left-- > 0) yield plain.point(resourceMetrics.resource, scopeMetrics.scope, metric, point);
      }
    }
  }

  /** Of each series its last point. */
  lastPoints() {
    const last = new Map();
    for (const point of this.points()) last.set(JSON.stringify([point.resource, point.scope, point.name, point.type, point.attributes]), point);
    return last.values();
  }

  #addId(span) {
    if (this.idsLength + ID_BYTES > this.ids.length) this.ids = Buffer.concat([this.ids], 2 * this.ids.length);
    this.ids.set(span.traceId.subarray(0, 16), this.idsLength);
    this.ids.set(span.spanId.subarray(0, 8), this.idsLength + 16);
    this.idsLength += ID_BYTES;
  }
}

const noCounts = () => ({ requests: 0, bytes: 0, items: 0, rejected: 0, forgotten: 0, outcomes: {} });

function* spansOf(message) {
  for (const { resource, scopeSpans } of message.resourceSpans) {
    for (const { scope, spans } of scopeSpans) for (const span of spans) yield { resource, scope, span };
  }
}

function* pointsOf(message) {
  for (const resourceMetrics of message.resourceMetrics) {
    for (const scopeMetrics of resourceMetrics.scopeMetrics) {
      for (const metric of scopeMetrics.metrics) {
        for (const point of metric[metric.data]?.dataPoints ?? []) yield { resourceMetrics, scopeMetrics, metric, point };
      }
    }
  }
}

module.exports = { Store };
