'use client';

import { useState } from 'react';

/** What the route answers: a report, or why there is none. */
type Answer = { report?: string; detail?: string; upgradeUrl?: string };

/** Asks for reports, and shows what came. */
export function Reports() {
  const [count, setCount] = useState(0);
  const [answer, setAnswer] = useState<Answer>();

  async function create() {
    const response = await fetch('/api/features/reports', { method: 'POST' });
    setAnswer(await response.json());
    if (response.ok) setCount((before) => before + 1);
  }
  return (
    <>
      <button type="button" onClick={create}>
        Create report
      </button>
      <p>{count} reports</p>
      {answer?.detail && (
        <p role="alert">
          {answer.detail} <a href="/api/checkout">Upgrade</a>
        </p>
      )}
    </>
  );
}
