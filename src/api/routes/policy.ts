/** The tenant's policy: what it has decided about its own risk, as data. A version is never edited; the newest is in force. */
import { z } from 'zod';
import { DaozhangError } from '../../base/errors.ts';
import { type PolicyVersion, policyOf, policyText, textOf } from '../../channels/policies.ts';
import type { TenantTx } from '../../db/pool.ts';
import { type NameOf, namesOf } from '../../people/names.ts';
import { DEFAULT_POLICY } from '../../verdicts/policy.ts';
import { actorOf } from '../auth.ts';
import * as shape from '../contract.ts';
import { dropEmpty } from '../manners.ts';
import type { Api, Serving } from '../server.ts';

const MOST = 100;
const version = z
  .object({
    version: z.int().describe('0: nobody has set one, these are the defaults'),
    policy: policyText,
    made_by: z.string().optional(),
    made_by_name: z.string().optional(),
    made_at: shape.instant.optional(),
  })
  .meta({ id: 'Policy' });

const out = (v: PolicyVersion, nameOf: NameOf): z.output<typeof version> =>
  dropEmpty({
    version: v.version,
    policy: textOf(v.policy),
    made_by: v.madeBy,
    made_by_name: nameOf(v.madeBy),
    made_at: v.madeAt.toString(),
  });
const shown = async (tx: TenantTx, versions: readonly PolicyVersion[]) => {
  const nameOf = await namesOf(
    tx,
    versions.map((v) => v.madeBy),
  );
  return versions.map((v) => out(v, nameOf));
};

export function policyRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/policy',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getPolicy',
        summary: 'The policy in force, and its earlier versions',
        tags: ['policy'],
        response: { 200: z.object({ current: version, versions: z.array(version) }) },
      },
    },
    async ({ caller }) => {
      const versions = await on.book.tenant(caller.tenantId, async (tx) =>
        shown(tx, await on.policies.versions(tx, MOST)),
      );
      return { current: versions[0] ?? { version: 0, policy: textOf(DEFAULT_POLICY) }, versions };
    },
  );

  api.put(
    '/v1/policy',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'setPolicy',
        summary: 'A new version of the policy',
        description: '`after` is the version you saw; where somebody set another meanwhile it is refused.',
        tags: ['policy'],
        body: z.strictObject({ after: z.int().min(0), policy: policyText }),
        response: { 200: version, 409: shape.problem, 422: shape.problem },
      },
    },
    async ({ caller, body }) => {
      const [made] = await on.book.tenant(caller.tenantId, async (tx) => {
        const [before] = await on.policies.versions(tx, 1);
        // Who does not know of a rule does not change it.
        const policy = policyOrRefuse({ ...textOf(before?.policy ?? DEFAULT_POLICY), ...body.policy });
        return await shown(tx, [await on.policies.set(tx, policy, body.after, actorOf(caller))]);
      });
      return made!;
    },
  );
}

function policyOrRefuse(text: z.output<typeof policyText>): ReturnType<typeof policyOf> {
  try {
    return policyOf(text);
  } catch (error) {
    throw new DaozhangError('api.bad_request', { reason: `policy: ${(error as Error).message}` });
  }
}
