/**
 * A channel listens to our answer for five seconds. Whatever holds up its message, it hears 503 while it listens; what is stored later is
 * there when it comes again, and is acknowledged then. (Fastify's own `handlerTimeout` ends with the body: it is of no use here.)
 *
 * Cost: an entry a request, and one look at all that wait, which is less than a timer each.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clock } from '../base/clock.ts';
import { DaozhangError } from '../base/errors.ts';
import type { Api } from './server.ts';

const ANSWER_MS = 4_300;
const LOOK_MS = 200;

/** For all routes of this scope. */
export function answerInTime(api: Api): void {
  const waiting = new Map<FastifyRequest, Readonly<{ reply: FastifyReply; since: number }>>();
  const look = setInterval(() => {
    for (const [request, { reply, since }] of waiting) {
      if (clock.ticks() - since < ANSWER_MS) return;
      waiting.delete(request);
      if (!reply.sent) void reply.send(new DaozhangError('db.unavailable', { reason: 'not stored in time' }));
    }
  }, LOOK_MS).unref();
  api.addHook('onRequest', (request, reply, done) => {
    waiting.set(request, { reply, since: clock.ticks() });
    done();
  });
  api.addHook('onResponse', (request, _, done) => {
    waiting.delete(request);
    done();
  });
  api.addHook('onRequestAbort', (request, done) => {
    waiting.delete(request);
    done();
  });
  api.addHook('onClose', (_, done) => {
    clearInterval(look);
    done();
  });
}
