import { describe, expect, it } from 'vitest';
import { problemPage } from '../../../src/web/pages/problem.ts';
import { HARMLESS, HOSTILE } from './made-up.ts';

const PROBLEM = { title: 'No such alert', problem: 'There is no alert 99.', range: { first: 1, last: 12 } };

describe('the page of a problem', () => {
  it('says what is wrong and what there is, with what was typed in the field again', async () => {
    const html = String(await problemPage({ ...PROBLEM, typed: '99' }));
    expect(html).toContain(
      '<h1>No such alert</h1>\n<p>There is no alert 99.</p>\n<p>There are alerts <a href="/alerts/1">1</a> to <a href="/alerts/12">12</a>.</p>',
    );
    expect(html).toContain(
      'name="alert_num" inputmode="numeric" autocomplete="off" maxlength="20" required value="99"',
    );
  });

  it('says where there is one alert, or none', async () => {
    expect(String(await problemPage({ ...PROBLEM, range: { first: 3, last: 3 } }))).toContain(
      'There is alert <a href="/alerts/3">3</a> alone.',
    );
    expect(String(await problemPage({ ...PROBLEM, range: undefined }))).toContain('There are no alerts yet.');
  });

  it('says what there is once', async () => {
    const html = String(await problemPage({ ...PROBLEM, problem: 'There is no alert 99: there are 1 to 12.' }));
    expect(html).not.toContain('There are alerts');
  });

  it('shows whatever was typed as text', async () => {
    const html = String(await problemPage({ ...PROBLEM, title: HOSTILE, problem: HOSTILE, typed: HOSTILE }));
    expect(html).not.toContain('<script>alert');
    expect(html).toContain(`required value="${HARMLESS}"`);
    expect(html).toContain(`<title>${HARMLESS} – imgpipe</title>`);
  });
});
