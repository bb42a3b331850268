/**
 * The one key schema. Everything lies under `skene:{namespace}:`, so that a preview deployment never touches what
 * production knows, and everything about a person under a key that holds the person's id, so that it can be erased.
 */
export function createKeys(namespace: string) {
  const root = `skene:${namespace}`;
  return {
    root,
    /** What has become of the run that an event started: `starting`, `started` or `ended`. */
    claim: (runId: string) => `${root}:claim:${runId}`,
    /** Hash, run id -> how to wake it: the runs that wait for a topic. */
    waiting: (topic: string) => `${root}:waiting:${topic}`,
    /** Hash, table -> JSON array of columns: by which columns some run waits for the table's rows. */
    columns: () => `${root}:columns`,
    /** Hash, about one subject: `sent|loop|entry|step`, `run|id`, `waits|id`, `seen|event`, `customer`, `episode|loop|entry`, `history|loop|entry`, `mails`,
     * `trial|loop|entry`, `arm|loop|entry|episode|step`, `touch|loop|prompt`, `converted|loop`, `converted|loop|event`. */
    subject: (subject: string) => `${root}:subject:${subject}`,
    /** Hash: how a subject is reached. */
    contact: (subject: string) => `${root}:contact:${subject}`,
    /** String: the subject whose address (hashed) this is. */
    address: (addressKey: string) => `${root}:address:${addressKey}`,
    /** Hash: what a subject has used, as the gate keeps it. */
    gate: (subject: string) => `${root}:gate:${subject}`,
    /** Hash, about one customer of the billing provider: `subject`, `current` and `told` (subscriptions), `ticket`, `written`, `version`. */
    customer: (customer: string) => `${root}:customer:${customer}`,
    /** String, exists for a while after a subject (hashed) was erased. */
    erased: (subjectKey: string) => `${root}:erased:${subjectKey}`,
    /** String, exists when the address (hashed) must not be mailed; holds the reason. */
    suppressed: (addressKey: string) => `${root}:suppressed:${addressKey}`,
    /** Hash, for one loop and UTC day: outcome -> count, `outcome|reason`, and of its goal `|entered` and `|converted`. */
    counters: (loop: string, day: string) => `${root}:counters:${loop}:${day}`,
    /** Hash: what is known of one run. */
    run: (runId: string) => `${root}:run:${runId}`,
    /** Hash, watched table -> JSON: how far a database that is polled has been read. */
    cursors: () => `${root}:cursors`,
    /** Hash: how far the audience of a loop has been gone over. */
    sweep: (loop: string, entry: string) => `${root}:sweep:${loop}:${entry}`,
    /** JSON, for as long as a page of an audience is being sent: who was claimed for it. */
    page: (id: string) => `${root}:page:${id}`,
    /**
     * Hash, what is counted for a goal of a loop, about nobody in particular: `treated`, `held` and of them `won|treated`, `won|held`, `won|none`;
     * emails by step and arm `mails|step|arm`, of them `closed|step|arm` and `sent|step|arm|part`; conversions `credit|step|arm`, `delay|step|part`;
     * what became of emails `opened|step|arm`, `clicked|step|arm`.
     */
    trials: ({ loop, entry, goal }: { loop: string; entry: string; goal: string }) =>
      `${root}:trials:${loop}:${entry}:${goal}`,
    /** Set, for a while: what became of the emails that a pass has sent, by outcome, step and address (hashed). */
    engaged: (runId: string) => `${root}:engaged:${runId}`,
    /** Sorted set of subjects by when it is to be looked whether they reached the goal of a loop that no event tells of. */
    looks: (loop: string, entry: string) => `${root}:looks:${loop}:${entry}`,
    /** Sorted set of run ids by the time they started. */
    runs: () => `${root}:runs`,
    /** What `place` begins with. */
    places: () => `${root}:places`,
    /** Sorted set of the ids of runs under way that are in one step (`loop|plan|step`), by the time they came there. */
    place: (place: string) => `${root}:places|${place}`,
    /** JSON: a definition that runs were started by, by its digest. */
    plan: (hash: string) => `${root}:plan:${hash}`,
    /** Sorted set of the digests of such definitions, by when one was last used to start a run. */
    plans: () => `${root}:plans`,
  };
}

/** The keys of one namespace. */
export type Keys = ReturnType<typeof createKeys>;
