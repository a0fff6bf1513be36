'use strict';
// OpenTelemetry's own generated code, made stricter: it leaves unknown fields, invalid UTF-8 and lengths that don't fit to pass in silence, and
// knows no flags of spans and links, since it is older than those.
const { isUtf8 } = require('node:buffer');
const { opentelemetry } = require('@opentelemetry/otlp-transformer/build/src/generated/root');
const { BufferReader, Reader } = require('protobufjs/minimal');

const { common, resource, trace, metrics, collector } = opentelemetry.proto;
const services = { traces: collector.trace.v1, metrics: collector.metrics.v1 };
const requests = { traces: services.traces.ExportTraceServiceRequest, metrics: services.metrics.ExportMetricsServiceRequest };

let problem; // of the message that is being read; all of it is read at once
let flags; // of the span or link that is being read

BufferReader.prototype.string = function () {
  const length = this.uint32();
  const start = this.pos;
  if (start + length > this.len) throw new RangeError(`a string of ${length} bytes is longer than what it is in`);
  this.pos += length;
  const text = this.buf.latin1Slice(start, this.pos);
  // eslint-disable-next-line no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  if (!isUtf8(this.buf.subarray(start, this.pos))) problem(`invalid UTF-8 (${JSON.stringify(text.slice(0, 50))})`);
  return this.buf.utf8Slice(start, this.pos);
};

const skipType = Reader.prototype.skipType;
Reader.prototype.skipType = function (wireType, depth) {
  // The tag is before us: field 16 of a span takes two bytes of it, field 6 of a link one.
  const last = this.buf[this.pos - 1];
  if (wireType === 5 && ((last === 0x01 && this.buf[this.pos - 2] === 0x85) || last === 0x35)) flags = this.fixed32();
  else {
    problem(`an unknown field of wire type ${wireType} at ${this.pos}`);
    skipType.call(this, wireType, depth);
  }
  return this;
};

/** Has each message end where its length says. */
function keepLength(type) {
  const decode = type.decode;
  type.decode = (reader, length) => {
    if (!(reader instanceof Reader)) reader = Reader.create(reader);
    const end = length === undefined ? reader.len : reader.pos + length;
    const message = decode(reader, length);
    if (reader.pos !== end) throw new RangeError(`a ${type.getTypeUrl('').slice(1)} of another length than it says`);
    return message;
  };
}

function keepFlags(type) {
  const decode = type.decode;
  type.decode = (reader, length) => {
    const outer = flags;
    flags = 0;
    const message = decode(reader, length);
    message.flags = flags;
    flags = outer;
    return message;
  };
}

function eachType(within, act) {
  for (const type of Object.values(within)) {
    if (typeof type !== 'function') continue;
    eachType(type, act);
    if (type.getTypeUrl) act(type);
  }
}

for (const part of [common, resource, trace, metrics, collector.trace, collector.metrics]) eachType(part.v1, keepLength);
keepFlags(trace.v1.Span);
keepFlags(trace.v1.Span.Link);

/**
 * Reads a request.
 * @param tell Is told what is wrong with it, unless that makes it unreadable.
 * @throws It is no such message.
 */
function decode(signal, body, tell) {
  problem = tell;
  return requests[signal].decode(body);
}

/** The answer to a request. */
function encodeAnswer(signal, rejected, message) {
  const items = signal === 'traces' ? 'rejectedSpans' : 'rejectedDataPoints';
  const type = signal === 'traces' ? services.traces.ExportTraceServiceResponse : services.metrics.ExportMetricsServiceResponse;
  return type.encode(rejected ? { partialSuccess: { [items]: rejected, errorMessage: message ?? '' } } : {}).finish();
}

module.exports = { decode, encodeAnswer };
