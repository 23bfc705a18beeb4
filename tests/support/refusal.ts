/** What reading a document that is to be refused says: its code and the parameters of the sentence. */
import assert from 'node:assert/strict';
import { DaozhangError, type ErrorCode, type ErrorParams } from '../../src/base/errors.ts';
import { readAll } from './reading.ts';

export async function refusal(bytes: Uint8Array): Promise<Readonly<{ code: ErrorCode; params: ErrorParams }>> {
  try {
    await readAll(bytes);
  } catch (error) {
    assert.ok(error instanceof DaozhangError, String(error));
    return { code: error.code, params: error.params };
  }
  assert.fail('the document was taken');
}
