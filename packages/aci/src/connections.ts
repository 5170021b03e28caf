/** So many of a runtime's readers have a connection each; the others look when it is time. */
const mostConnections = 20;

/** Who may still have one. */
export class Connections {
  #left = mostConnections;

  take(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }
  give(): void {
    this.#left++;
  }
}
