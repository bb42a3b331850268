import { Resend } from 'resend';
export const resend = Resend;
