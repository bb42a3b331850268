import { html } from 'hono/html';
import type { View } from './document.ts';

/** Asks for the secret. @param isWrong it was given, and was another. */
export function loginPage({ isWrong }: { isWrong: boolean }): View {
  const body = html`${isWrong ? html`<p class="bad" role="alert">That is not the secret of this deployment.</p>` : ''}
    <form class="filters" method="post" action="?action=login">
      <label>SKENE_SECRET <input type="password" name="secret" required autocomplete="current-password" autofocus /></label>
      <button>Sign in</button>
    </form>
    <p class="muted">It stands among the variables of the deployment. On your machine it is <code>skene-dev-secret</code>.</p>`;
  return { title: 'Sign in', body, status: 401 };
}
