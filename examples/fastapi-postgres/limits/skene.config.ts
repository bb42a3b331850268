// The loop of the example, and a limit of three reports in 30 days. `npx skene dev limits` runs both.
import { defineLoop } from '@skene/sdk';
import activation from '../skene.config.ts';

const reports = defineLoop({
  id: 'reports',
  type: 'freemium',
  opinion: 'Three reports show what the product can do; who wants more of them pays',
  steps: [
    {
      trigger: { type: 'api', endpoint: '/reports/*', method: 'POST' },
      condition: { type: 'usage', limit: { free: 3, paid: Infinity }, period: '30d' },
      action: {
        type: 'block',
        message: "You've made the three reports of the free plan. Upgrade to make more.",
        upgradeUrl: 'https://example.com/upgrade',
        upgradePrompt: { type: 'email', template: 'upgrade_prompt' },
      },
    },
  ],
  recovery: { retries: 0 },
});

export default [activation, reports];
