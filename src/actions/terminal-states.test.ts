/** The life of a terminal as laws, and what does not fit the registry as a table. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingOf, type PlaceFinding } from './places.ts';
import {
  MOVES,
  moveTo,
  SERVICE,
  STEPS,
  type Step,
  stepsFrom,
  TERMINAL_STATES,
  type TerminalState,
} from './terminal-states.ts';

const STATES = Object.keys(TERMINAL_STATES) as TerminalState[];
const reachable = (from: TerminalState): ReadonlySet<TerminalState> => {
  const seen = new Set([from]);
  for (const state of seen) for (const step of stepsFrom(state)) seen.add(moveTo(state, step)!);
  return seen;
};

test('the table is total: every state says of every step where it leads, or that it leads nowhere', () => {
  assert.deepEqual(Object.keys(MOVES).sort(), [...STATES].sort());
  for (const state of STATES) assert.deepEqual(Object.keys(MOVES[state]).sort(), Object.keys(STEPS).sort(), state);
});

test('every state is reached from an application, and from everywhere there is an end', () => {
  assert.deepEqual([...reachable('applied')].sort(), [...STATES].sort());
  for (const state of STATES)
    assert.ok(
      ['retired', 'rejected'].some((end) => reachable(state).has(end as TerminalState)),
      state,
    );
});

test('the ends are ends, and nothing else is', () => {
  assert.deepEqual(
    STATES.filter((state) => stepsFrom(state).length === 0),
    ['retired', 'rejected'],
  );
});

test('what took payments once is never applied for again', () => {
  for (const state of STATES.filter((s) => SERVICE[s] !== 'not_yet'))
    for (const later of reachable(state)) assert.notEqual(SERVICE[later], 'not_yet', `${state} → ${later}`);
});

test('the road of a new device', () => {
  const road: Step[] = [
    'check_documents',
    'recommend_plan',
    'ship',
    'register',
    'activate',
    'lose',
    'find',
    'resume',
    'retire',
  ];
  const states: TerminalState[] = ['applied'];
  for (const step of road) states.push(moveTo(states.at(-1)!, step)!);
  assert.deepEqual(states, [
    'applied',
    'documents_checked',
    'plan_recommended',
    'shipped',
    'registered',
    'active',
    'lost',
    'suspended',
    'active',
    'retired',
  ]);
});

/** `state covers account store order watched`: what is found. */
const CASES: ReadonlyArray<readonly [string, PlaceFinding | undefined]> = [
  ['active     covers same S1 S1 watched', undefined],
  ['registered covers same S1 S1 watched', undefined],
  ['active     covers none S1 S1 watched', undefined],
  ['active     covers same S1 -  watched', undefined],
  ['active     covers same -  S1 watched', undefined],
  ['active     covers same S1 S2 watched', 'terminal_foreign'],
  ['active     covers other S1 S1 watched', 'terminal_foreign'],
  // Also where the account itself has no terminal.
  ['active     covers other S1 S1 -', 'terminal_foreign'],
  ['shipped    covers same S1 S1 watched', 'terminal_unregistered'],
  ['-          -      same S1 S1 watched', 'terminal_unregistered'],
  ['-          -      same S1 S1 -', undefined],
  // A number that was given up.
  ['active     ended  same S1 S1 watched', 'terminal_unregistered'],
  ['retired    ended  same S1 S1 watched', 'terminal_retired'],
  ['suspended  covers same S1 S1 watched', 'terminal_retired'],
  ['lost       covers same S1 S2 watched', 'terminal_retired'],
  ['retired    ended  other S1 S1 -', 'terminal_retired'],
];
for (const [line, finding] of CASES)
  test(`${line}: ${finding ?? 'nothing is found'}`, () => {
    const [state, covers, account, store, order, watched] = line.split(/\s+/);
    const or = (text: string | undefined): string | null => (text === '-' ? null : text!);
    const found = findingOf({
      watched: watched === 'watched',
      terminal_id: or(state) === null ? null : 't',
      state: or(state) as TerminalState | null,
      covers: or(covers) === null ? null : covers === 'covers',
      account_id: 'same',
      bound_account: account === 'none' ? null : account!,
      store: or(store),
      order_store: or(order),
      differs: false,
    });
    assert.equal(found, finding);
  });

test('the channel names another terminal than the order: foreign', () => {
  const stood = {
    watched: true,
    terminal_id: 't',
    state: 'active' as const,
    covers: true,
    account_id: 'a',
    bound_account: 'a',
    store: 'S1',
    order_store: 'S1',
  };
  assert.equal(findingOf({ ...stood, differs: true }), 'terminal_foreign');
  assert.equal(findingOf({ ...stood, differs: false }), undefined);
});
