'use strict';
const HOST = '127.0.0.1';

/** A port that can be closed, with all its connections, and opened again: a receiver that is down. */
class Listener {
  #connections = new Map(); // of "address:port" of the other side
  #total = 0;
  #bytesOfClosed = 0;

  /** @param server A net.Server, or what is one below (http.Server, https.Server). */
  constructor(server, port) {
    this.server = server;
    this.port = port;
    server.on('connection', socket => this.#add(socket));
  }

  /** Listens, on the same port as before if there was one. */
  async open() {
    if (this.server.listening) return;
    await new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.port, HOST, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    this.port = this.server.address().port;
  }

  /** From here on nobody can connect, and whoever was connected is not any more. */
  async close() {
    if (!this.server.listening) return;
    const closed = new Promise(resolve => this.server.close(resolve));
    for (const socket of this.#connections.values()) socket.destroy();
    await closed;
  }

  /** Destroys a connection. @param peer "address:port" of the other side. */
  drop(peer) {
    this.#connections.get(peer)?.destroy();
  }

  /** Bytes that came over the wire: compressed, with headers and TLS. */
  counts() {
    let bytes = this.#bytesOfClosed;
    for (const socket of this.#connections.values()) bytes += socket.bytesRead;
    return { open: this.#connections.size, total: this.#total, bytes };
  }

  #add(socket) {
    const peer = peerOf(socket);
    this.#total++;
    this.#connections.set(peer, socket);
    socket.on('error', () => {}); // a connection that breaks is nothing special here
    socket.once('close', () => {
      this.#bytesOfClosed += socket.bytesRead;
      this.#connections.delete(peer);
    });
  }
}

function peerOf(socket) {
  return `${socket.remoteAddress}:${socket.remotePort}`;
}

module.exports = { Listener, peerOf };
