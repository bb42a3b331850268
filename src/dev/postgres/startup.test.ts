import { describe, expect, it } from 'vitest';
import { negotiation, readOpening, settingsOf } from './startup.ts';

describe('the settings of a first packet', () => {
  it('are its parameters, and those in its options', () => {
    const parameters = new Map([
      ['user', 'ada'],
      ['database', 'shop'],
      ['application_name', 'web'],
      ['_pq_.x', '1'],
      ['options', '-c search_path=a\\ b,c --statement-timeout=5s -cgeqo=off'],
    ]);
    expect(Object.fromEntries(settingsOf(parameters))).toEqual({
      application_name: 'web',
      search_path: 'a b,c',
      statement_timeout: '5s',
      geqo: 'off',
    });
  });
});

describe('a first packet', () => {
  it('is waited for until it is whole', () => {
    expect(readOpening(Buffer.from([0, 0, 0, 9, 0, 3, 0, 0]))).toBeUndefined();
    expect(readOpening(Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0]))).toMatchObject({
      opening: { kind: 'start' },
      length: 9,
    });
  });

  it('of a later minor version is answered with 3.0 and the extensions that are not known', () => {
    expect(negotiation(0, new Map())).toBeUndefined();
    const answer = negotiation(2, new Map([['_pq_.later', '1']]));
    expect(answer?.toString('latin1')).toBe('v\0\0\0\x17\0\x03\0\0\0\0\0\x01_pq_.later\0');
  });
});
