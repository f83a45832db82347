import { describe, expect, it } from 'vitest';
import { problemPage } from '../../../src/web/pages/problem.ts';
import { HARMLESS, HOSTILE } from './made-up.ts';

const PROBLEM = { title: 'No such alert', problem: 'Alert 99 does not exist.', range: { first: 1, last: 12 } };

describe('an error page', () => {
  it('shows the error, the existing alerts and the number that was typed', async () => {
    const html = String(await problemPage({ ...PROBLEM, typed: '99' }));
    expect(html).toContain(
      '<h1>No such alert</h1>\n<p>Alert 99 does not exist.</p>\n<p>The alerts are <a href="/alerts/1">1</a> to <a href="/alerts/12">12</a>.</p>',
    );
    expect(html).toContain(
      'name="alert_num" inputmode="numeric" autocomplete="off" maxlength="20" required value="99"',
    );
  });

  it('says if there is one alert, or none', async () => {
    expect(String(await problemPage({ ...PROBLEM, range: { first: 3, last: 3 } }))).toContain(
      'The only alert is <a href="/alerts/3">3</a>.',
    );
    expect(String(await problemPage({ ...PROBLEM, range: undefined }))).toContain('There are no alerts yet.');
  });

  it('does not repeat the existing alerts', async () => {
    const html = String(await problemPage({ ...PROBLEM, problem: 'Alert 99 does not exist: the alerts are 1 to 12.' }));
    expect(html).not.toContain('The alerts are');
  });

  it('escapes what was typed', async () => {
    const html = String(await problemPage({ ...PROBLEM, title: HOSTILE, problem: HOSTILE, typed: HOSTILE }));
    expect(html).not.toContain('<script>alert');
    expect(html).toContain(`required value="${HARMLESS}"`);
    expect(html).toContain(`<title>${HARMLESS} – imgpipe</title>`);
  });
});
