/** An endpoint of a provider's webhooks, as it is there. */
export interface Endpoint {
  id: string;
  url: string;
  /** The events it is told of; `*` where all. */
  events: string[];
  isEnabled: boolean;
  /** Whether `skene sync` has made it, for a deployment of this namespace. */
  isOurs: boolean;
}

/** The endpoints of an account. Whatever fails is a ProviderError. */
export interface Endpoints {
  list(): Promise<Endpoint[]>;
  /** @returns the secret that its webhooks are signed with. */
  create(wanted: Wanted): Promise<string>;
  /** Has it told of these events, and enables it. */
  change(id: string, wanted: Wanted): Promise<void>;
  remove(id: string): Promise<void>;
}

/** What an endpoint is to be. */
export interface Wanted {
  url: string;
  events: string[];
}
