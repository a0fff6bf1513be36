'use strict';
const http = require('node:http');
const https = require('node:https');
const { buffer } = require('node:stream/consumers');
const { promisify } = require('node:util');
const zlib = require('node:zlib');
const { encodeAnswer } = require('./decode');
const { encodeStatus } = require('./status');

const PROTOBUF = 'application/x-protobuf';
const SIGNALS = { '/v1/traces': 'traces', '/v1/metrics': 'metrics' };
const INVALID_ARGUMENT = 3;
const gunzip = promisify(zlib.gunzip);

/** @param tls {cert, key, ca} or undefined. */
function createHttpServer(intake, tls) {
  const serve = (message, answer) => handle(intake, message, answer).catch(error => answer.destroy(error));
  return tls ? https.createServer({ ...tls, requestCert: Boolean(tls.ca), rejectUnauthorized: Boolean(tls.ca) }, serve) : http.createServer(serve);
}

async function handle(intake, message, answer) {
  const signal = SIGNALS[message.url];
  let body = await buffer(message);
  if (!signal || message.method !== 'POST') return fail(answer, signal ? 405 : 404, `${message.method} ${message.url}`);
  const encoding = message.headers['content-encoding'] ?? 'identity';
  const request = { signal, protocol: 'http', encoding, headers: message.headers, body };
  if (message.headers['content-type'] !== PROTOBUF || !['gzip', 'identity'].includes(encoding)) {
    intake.broken(request, `content of type ${message.headers['content-type']}, encoded as ${encoding}`);
    return fail(answer, 415, 'send protocol buffers, as they are or by gzip');
  }
  if (encoding === 'gzip') {
    try {
      request.body = await gunzip(body);
    } catch (error) {
      intake.broken(request, error.message);
      return fail(answer, 400, error.message);
    }
  }

  const { failure, malformed } = await intake.take(request);
  if (malformed) return fail(answer, 400, malformed);
  switch (failure?.mode) {
    case 'status':
      if (failure.retryAfter !== undefined) answer.setHeader('Retry-After', failure.retryAfter);
      return failure.body === undefined ? fail(answer, failure.status, failure.message) : send(answer, failure.status, 'text/html', failure.body);
    case 'tooLarge':
      return fail(answer, 413, `more than ${failure.maxBytes} bytes`);
    case 'hang':
      return undefined;
    case 'drop':
      return message.socket.destroy();
    default:
      return send(answer, 200, PROTOBUF, encodeAnswer(signal, failure?.rejected, failure?.message));
  }
}

function fail(answer, status, text = 'as told') {
  send(answer, status, PROTOBUF, encodeStatus(status < 500 ? INVALID_ARGUMENT : 0, text));
}

function send(answer, status, type, body) {
  answer.writeHead(status, { 'Content-Type': type });
  answer.end(body);
}

module.exports = { createHttpServer };
