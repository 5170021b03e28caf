/** For people, such as the layers of a pull. Units are the step's own: bytes, layers. */
export interface Progress {
  readonly step: string;
  readonly done?: number;
  readonly total?: number;
}
/** Always whole on the driver's side. Whatever the driver still does after an abort, nobody hears of it. */
export interface Call {
  readonly signal: AbortSignal;
  /** Free to be ignored. */
  readonly report: (progress: Progress) => void;
}
/** Aborting stops the waiting and frees what it holds; it stops no workload. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}
