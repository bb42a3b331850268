import type { ErrorResponse } from 'resend';
export const again = () => import('resend'); // reported: second-importer
export type { ErrorResponse };
