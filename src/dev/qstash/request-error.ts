/** A request that is answered with an error: the HTTP status and the text that goes into `{"error": "..."}`. */
export class RequestError extends Error {
  /** The HTTP status of the answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'RequestError';
    this.status = status;
  }
}

/** The error for a feature of QStash that this server leaves out: 501, naming the feature, never a silent success. */
export function notAvailable(feature: string): RequestError {
  return new RequestError(501, `${feature} are not available in the local QStash`);
}
