'use strict';
// A receiver of OTLP over gRPC and HTTP, and a port where tests ask what has come and say what shall go wrong (control.js).
// Usage: receiver.js [--grpc PORT] [--http PORT] [--control PORT] [--cert FILE --key FILE [--client-ca FILE]] [--spans whole|ids]
// Port 0 is any that is free. It prints its ports as one line of JSON when it is ready, and ends when its input does.
const fs = require('node:fs');
const { parseArgs } = require('node:util');
const { Control } = require('./control');
const { Failures } = require('./failures');
const { createGrpcServer } = require('./grpc');
const { createHttpServer } = require('./http');
const { Intake } = require('./intake');
const { Listener } = require('./listener');
const { Store } = require('./store');

const port = { type: 'string', default: '0' };
const file = { type: 'string' };
const { values: options } = parseArgs({
  options: { grpc: port, http: port, control: port, cert: file, key: file, 'client-ca': file, spans: { type: 'string', default: 'whole' } },
});

const tls = options.cert && {
  cert: fs.readFileSync(options.cert),
  key: fs.readFileSync(options.key),
  ca: options['client-ca'] && fs.readFileSync(options['client-ca']),
};

async function main() {
  const store = new Store(options.spans === 'ids');
  const failures = new Failures();
  const intake = new Intake(store, failures);
  const listeners = {
    grpc: new Listener(createGrpcServer(intake, tls), Number(options.grpc)),
    http: new Listener(createHttpServer(intake, tls), Number(options.http)),
  };
  const control = new Listener(new Control(store, failures, listeners).server, Number(options.control));
  await Promise.all([listeners.grpc.open(), listeners.http.open(), control.open()]);
  process.stdout.write(JSON.stringify({ grpc: listeners.grpc.port, http: listeners.http.port, control: control.port }) + '\n');
}

// Whoever started us is gone when our input ends: leave nothing behind.
process.stdin.on('end', () => process.exit(0)).on('error', () => process.exit(0)).resume();
main().catch(error => {
  console.error(error);
  process.exit(1);
});
