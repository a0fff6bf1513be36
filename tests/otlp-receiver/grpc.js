'use strict';
const net = require('node:net');
const grpc = require('@grpc/grpc-js');
const { encodeAnswer } = require('./decode');
const { peerOf } = require('./listener');
const { encodeStatus } = require('./status');

const PATHS = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
};

/** gRPC over connections of a server of our own, so that we can destroy them, and close the port. @param tls {cert, key, ca} or undefined. */
function createGrpcServer(intake, tls) {
  const connections = new Map();
  const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 });
  for (const [signal, path] of Object.entries(PATHS)) {
    const export_ = {
      path,
      requestStream: false,
      responseStream: false,
      requestDeserialize: bytes => bytes,
      responseSerialize: bytes => Buffer.from(bytes),
    };
    server.addService({ export: export_ }, { export: (call, answer) => serve(intake, signal, call, answer, connections) });
  }
  const credentials = tls
    ? grpc.ServerCredentials.createSsl(tls.ca || null, [{ private_key: tls.key, cert_chain: tls.cert }], Boolean(tls.ca))
    : grpc.ServerCredentials.createInsecure();
  const injector = server.createConnectionInjector(credentials);
  return net.createServer(socket => {
    const peer = peerOf(socket);
    connections.set(peer, socket);
    socket.once('close', () => connections.delete(peer));
    injector.injectConnection(socket);
  });
}

async function serve(intake, signal, call, answer, connections) {
  const encoding = call.call.incomingEncoding; // grpc-js hides that header, and has no other way to tell
  const headers = Object.fromEntries(Object.entries(call.metadata.getMap()).map(([name, value]) => [name, String(value)]));
  const request = { signal, protocol: 'grpc', encoding, headers, body: call.request };
  const { failure, malformed } = await intake.take(request);
  if (malformed) return answer(error(grpc.status.INVALID_ARGUMENT, malformed));
  switch (failure?.mode) {
    case 'grpc':
      return answer(error(failure.code, failure.message ?? 'as told', failure.retryDelayMs));
    case 'tooLarge':
      return answer(error(grpc.status.RESOURCE_EXHAUSTED, `Received message larger than max (${call.request.length} vs ${failure.maxBytes})`));
    case 'hang':
      return undefined;
    case 'drop':
      return connections.get(call.getPeer())?.destroy();
    default:
      return answer(null, encodeAnswer(signal, failure?.rejected, failure?.message));
  }
}

function error(code, message, retryDelayMs) {
  const metadata = new grpc.Metadata();
  if (retryDelayMs !== undefined) metadata.set('grpc-status-details-bin', encodeStatus(code, message, retryDelayMs));
  return { code, details: message, metadata };
}

module.exports = { createGrpcServer };
