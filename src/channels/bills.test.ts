import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultPlan, PLANNED_CHANNELS } from '../plans/plan.ts';
import { promiseOf } from '../plans/station.ts';
import { BILLS, readyAt } from './bills.ts';

test('the hour at which a plan promises a bill is the hour from which it is asked for', () => {
  const day = Temporal.PlainDate.from('2026-11-19');
  const capturedAt = Temporal.Instant.from('2026-11-19T10:00Z');
  for (const channel of PLANNED_CHANNELS) {
    const [bill] = BILLS[channel as keyof typeof BILLS] ?? [];
    const found = promiseOf({ direction: 'in', capturedAt }, 'cleared', defaultPlan(channel));
    assert.equal(found?.at.toString(), bill && readyAt(bill, day).toString(), channel);
  }
});
