/** What is not accessible on a page, by the rules of WCAG 2.2 AA, and of good practice, that a machine can check. */
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const CONTRAST = 'color-contrast';

/**
 * What is wrong, where; empty is right. `contrast: 'only'` is for a look that differs from a checked one in its colours alone: the other rules
 * are half of what a look costs.
 *
 * Legacy mode only spares the second window that iframes need; there are none.
 */
export async function violations(page: Page, within = 'body', contrast?: 'only'): Promise<string[]> {
  const axe = new AxeBuilder({ page })
    .setLegacyMode(true)
    .include(within)
    .options({ resultTypes: ['violations'], runOnly: contrast === 'only' ? [CONTRAST] : RULES });
  const { violations: found, passes } = await axe.analyze();
  assert.ok(
    passes.some((rule) => rule.id === CONTRAST),
    'contrast was not measured',
  );
  return found.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`));
}
