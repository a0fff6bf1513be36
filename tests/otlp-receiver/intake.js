'use strict';
const { checkMetrics, checkSpans } = require('./checks');
const { decode } = require('./decode');

/** What happens to a request, whichever way it came. */
class Intake {
  #store;
  #failures;

  constructor(store, failures) {
    this.#store = store;
    this.#failures = failures;
  }

  /**
   * @param request {signal, protocol, encoding, headers, body}; the body is no longer compressed.
   * @returns {failure, malformed}: the failure that it meets, if any; why it can't be read, if so.
   */
  async take(request) {
    const failure = this.#failures.next(request);
    switch (failure?.mode) {
      case 'status':
      case 'grpc':
      case 'tooLarge':
      case 'hang':
        this.#store.note(request, failure.mode);
        return { failure };
      default: {
        const malformed = this.#accept(request, failure);
        if (failure?.mode === 'slow') await new Promise(resolve => setTimeout(resolve, failure.ms));
        return { failure, malformed };
      }
    }
  }

  /** Notes a request whose body could not even be had. */
  broken(request, reason) {
    this.#store.problem(`${request.signal}: ${reason}`);
    this.#store.note(request, 'malformed');
  }

  #accept(request, failure) {
    const problem = text => this.#store.problem(`${request.signal}: ${text}`);
    let message;
    try {
      message = decode(request.signal, request.body, problem);
    } catch (error) {
      this.broken(request, error.message);
      return error.message;
    }
    const items = request.signal === 'traces' ? checkSpans(message, problem) : checkMetrics(message, problem);
    if (items === 0) problem('a request without items');
    const rejected = Math.min(failure?.rejected ?? 0, items);
    this.#store.add(request, message, items - rejected);
    this.#store.note(request, failure?.mode ?? 'accepted', items, rejected);
    return undefined;
  }
}

module.exports = { Intake };
