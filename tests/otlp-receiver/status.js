'use strict';
// google.rpc.Status, with which OTLP tells what is wrong: {code = 1, message = 2, details = 3 of Any {type_url = 1, value = 2}}.
const { Writer } = require('protobufjs/minimal');

/** @param retryDelayMs When to try again (google.rpc.RetryInfo); undefined if that is not told. */
function encodeStatus(code, message, retryDelayMs) {
  const status = Writer.create().uint32(8).int32(code).uint32(18).string(message);
  if (retryDelayMs !== undefined) {
    status.uint32(26).fork().uint32(10).string('type.googleapis.com/google.rpc.RetryInfo').uint32(18).fork();
    status.uint32(10).fork(); // retry_delay = 1 of Duration {seconds = 1, nanos = 2}
    status.uint32(8).int64(Math.floor(retryDelayMs / 1000)).uint32(16).int32(Math.round((retryDelayMs % 1000) * 1e6));
    status.ldelim().ldelim().ldelim();
  }
  return Buffer.from(status.finish());
}

module.exports = { encodeStatus };
