'use strict';
// What is kept, as plain JSON: ids in hexadecimal digits, times and other 64-bit numbers as text, since JSON's own are exact to 53 bits only.
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUSES = ['unset', 'ok', 'error'];
const TEMPORALITIES = ['unspecified', 'delta', 'cumulative'];

const hex = bytes => Buffer.from(bytes ?? []).toString('hex');
const text = number => String(number ?? 0);
const optional = (value, form) => (value === undefined || value === null ? undefined : form(value));

/** JSON has no NaN and no infinity. */
const double = value => (Number.isFinite(value) ? value : String(value));

/** [{key, kind, value}] in order; a value is always text. */
const attributes = list => list.map(({ key, value }) => ({ key, ...anyValue(value) }));

function anyValue(value) {
  switch (value?.value) {
    case 'stringValue': return { kind: 'string', value: value.stringValue };
    case 'boolValue': return { kind: 'bool', value: String(value.boolValue) };
    case 'intValue': return { kind: 'int', value: text(value.intValue) };
    case 'doubleValue': return { kind: 'double', value: String(value.doubleValue) };
    case 'bytesValue': return { kind: 'bytes', value: hex(value.bytesValue) };
    case 'arrayValue': return { kind: 'array', value: JSON.stringify(value.arrayValue.values.map(anyValue)) };
    case 'kvlistValue': return { kind: 'list', value: JSON.stringify(attributes(value.kvlistValue.values)) };
    default: return { kind: 'none', value: '' };
  }
}

const resourceOf = resource => attributes(resource?.attributes ?? []);

const scopeOf = scope => ({ name: scope?.name ?? '', version: scope?.version ?? '', attributes: attributes(scope?.attributes ?? []) });

function span(resource, scope, of) {
  return {
    resource: resourceOf(resource),
    scope: scopeOf(scope),
    traceId: hex(of.traceId),
    spanId: hex(of.spanId),
    parentSpanId: hex(of.parentSpanId),
    flags: of.flags,
    traceState: of.traceState ?? '',
    name: of.name ?? '',
    kind: KINDS[of.kind ?? 0] ?? String(of.kind),
    startTimeUnixNano: text(of.startTimeUnixNano),
    endTimeUnixNano: text(of.endTimeUnixNano),
    status: STATUSES[of.status?.code ?? 0] ?? String(of.status.code),
    statusMessage: of.status?.message ?? '',
    attributes: attributes(of.attributes),
    droppedAttributes: of.droppedAttributesCount ?? 0,
    events: of.events.map(event => ({
      timeUnixNano: text(event.timeUnixNano),
      name: event.name ?? '',
      attributes: attributes(event.attributes),
      droppedAttributes: event.droppedAttributesCount ?? 0,
    })),
    droppedEvents: of.droppedEventsCount ?? 0,
    links: of.links.map(link => ({
      traceId: hex(link.traceId),
      spanId: hex(link.spanId),
      flags: link.flags,
      traceState: link.traceState ?? '',
      attributes: attributes(link.attributes),
      droppedAttributes: link.droppedAttributesCount ?? 0,
    })),
    droppedLinks: of.droppedLinksCount ?? 0,
  };
}

/** A point with what it is a point of. Members that its type does not have are left out. */
function point(resource, scope, metric, of) {
  const data = metric[metric.data];
  return {
    resource: resourceOf(resource),
    scope: scopeOf(scope),
    name: metric.name ?? '',
    description: metric.description ?? '',
    unit: metric.unit ?? '',
    type: metric.data,
    temporality: optional(data.aggregationTemporality, value => TEMPORALITIES[value] ?? String(value)),
    isMonotonic: optional(data.isMonotonic, Boolean),
    attributes: attributes(of.attributes),
    startTimeUnixNano: text(of.startTimeUnixNano),
    timeUnixNano: text(of.timeUnixNano),
    flags: of.flags ?? 0,
    asDouble: of.value === 'asDouble' ? double(of.asDouble) : undefined,
    asInt: of.value === 'asInt' ? text(of.asInt) : undefined,
    count: optional(of.count, text),
    sum: optional(of.sum, double),
    min: optional(of.min, double),
    max: optional(of.max, double),
    bounds: optional(of.explicitBounds, bounds => bounds.map(double)),
    bucketCounts: optional(of.bucketCounts, counts => counts.map(text)),
    scale: of.scale ?? undefined,
    zeroCount: optional(of.zeroCount, text),
    zeroThreshold: optional(of.zeroThreshold, double),
    positive: optional(of.positive, buckets),
    negative: optional(of.negative, buckets),
    quantiles: optional(of.quantileValues, values => values.map(({ quantile, value }) => ({ quantile: double(quantile), value: double(value) }))),
    exemplars: optional(of.exemplars, exemplars => exemplars.map(exemplar)),
  };
}

const buckets = of => ({ offset: of.offset ?? 0, counts: of.bucketCounts.map(text) });

const exemplar = of => ({
  timeUnixNano: text(of.timeUnixNano),
  value: of.value === 'asInt' ? Number(of.asInt) : double(of.asDouble ?? 0),
  traceId: hex(of.traceId),
  spanId: hex(of.spanId),
  attributes: attributes(of.filteredAttributes),
});

module.exports = { span, point };
