'use strict';
// What OTLP asks of those who send, beyond what the decoder sees.

/** @returns How many spans there are. */
function checkSpans(request, problem) {
  let count = 0;
  for (const of of request.resourceSpans) {
    checkResource(of.resource, problem);
    if (of.scopeSpans.length === 0) problem('a resource without spans');
    for (const scope of of.scopeSpans) {
      checkScope(scope.scope, problem);
      if (scope.spans.length === 0) problem('a scope without spans');
      for (const span of scope.spans) checkSpan(span, problem);
      count += scope.spans.length;
    }
  }
  return count;
}

function checkSpan(span, problem) {
  const tell = text => problem(`span '${span.name}': ${text}`);
  checkId(span.traceId, 16, 'trace id', tell);
  checkId(span.spanId, 8, 'span id', tell);
  if (span.parentSpanId?.length) checkId(span.parentSpanId, 8, 'parent span id', tell);
  if (isZero(span.startTimeUnixNano)) tell('no start');
  if (before(span.endTimeUnixNano, span.startTimeUnixNano)) tell('it ends before it starts');
  if (!(span.kind >= 1 && span.kind <= 5)) tell(`kind ${span.kind}`);
  if (span.status && !(span.status.code >= 0 && span.status.code <= 2)) tell(`status ${span.status.code}`);
  checkAttributes(span.attributes, tell);
  for (const event of span.events) {
    if (isZero(event.timeUnixNano)) tell('an event without time');
    checkAttributes(event.attributes, tell);
  }
  for (const link of span.links) {
    checkId(link.traceId, 16, 'trace id of a link', tell);
    checkId(link.spanId, 8, 'span id of a link', tell);
    checkAttributes(link.attributes, tell);
  }
}

/** @returns How many data points there are. */
function checkMetrics(request, problem) {
  let count = 0;
  for (const of of request.resourceMetrics) {
    checkResource(of.resource, problem);
    for (const scope of of.scopeMetrics) {
      checkScope(scope.scope, problem);
      for (const metric of scope.metrics) count += checkMetric(metric, text => problem(`metric '${metric.name}': ${text}`));
    }
  }
  return count;
}

function checkMetric(metric, tell) {
  const data = metric[metric.data];
  if (!metric.name) tell('no name');
  if (!data?.dataPoints.length) tell('no data points');
  const isCumulative = metric.data === 'sum' || metric.data === 'histogram' || metric.data === 'exponentialHistogram';
  if (isCumulative && !(data.aggregationTemporality >= 1 && data.aggregationTemporality <= 2)) tell('no temporality');
  for (const point of data?.dataPoints ?? []) {
    if (isZero(point.timeUnixNano)) tell('a point without time');
    // What goes up and down may be older than anybody knows.
    if (isCumulative && (metric.data !== 'sum' || data.isMonotonic) && isZero(point.startTimeUnixNano)) tell('a point without start');
    if (!isZero(point.startTimeUnixNano) && before(point.timeUnixNano, point.startTimeUnixNano)) tell('a point before its start');
    checkAttributes(point.attributes, tell);
    if (metric.data === 'gauge' || metric.data === 'sum') {
      if (point.value === undefined && point.flags !== 1) tell('a point without value');
    } else checkCount(metric.data, point, tell);
  }
  return data?.dataPoints.length ?? 0;
}

/** All that a histogram has counted is in its buckets. */
function checkCount(kind, point, tell) {
  let counts = [];
  if (kind === 'histogram') {
    counts = point.bucketCounts;
    const bounds = point.explicitBounds;
    if (counts.length !== 0 && counts.length !== bounds.length + 1) tell(`${counts.length} buckets for ${bounds.length} bounds`);
    if (bounds.some((bound, i) => i > 0 && !(bounds[i - 1] < bound))) tell('bounds that do not rise');
  } else if (kind === 'exponentialHistogram') {
    counts = [point.zeroCount, ...(point.positive?.bucketCounts ?? []), ...(point.negative?.bucketCounts ?? [])];
  }
  const sum = counts.reduce((total, count) => total + BigInt((count ?? 0).toString()), 0n);
  const count = point.count ?? 0; // None is sent of a zero.
  if (counts.length !== 0 && sum !== BigInt(count.toString())) tell(`a count of ${count}, but ${sum} in its buckets`);
}

function checkResource(resource, problem) {
  if (!resource?.attributes.length) problem('no resource');
  else checkAttributes(resource.attributes, text => problem(`resource: ${text}`));
}

function checkScope(scope, problem) {
  if (scope) checkAttributes(scope.attributes, text => problem(`scope '${scope.name}': ${text}`));
}

function checkAttributes(attributes, tell) {
  for (let i = 0; i < attributes.length; i++) {
    const key = attributes[i].key;
    if (!key) tell('an attribute without a key');
    for (let j = 0; j < i; j++) if (attributes[j].key === key) tell(`the attribute '${key}' twice`);
  }
}

function checkId(id, length, what, tell) {
  if (id?.length !== length) tell(`${what} of ${id?.length ?? 0} bytes`);
  else if (id.every(byte => byte === 0)) tell(`${what} is zero`);
}

const isZero = time => !time || (time.low === 0 && time.high === 0);

function before(time, other) {
  const high = time.high >>> 0;
  const otherHigh = other.high >>> 0;
  return high === otherHigh ? time.low >>> 0 < other.low >>> 0 : high < otherHigh;
}

module.exports = { checkMetrics, checkSpans };
