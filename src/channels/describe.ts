/**
 * How an account of a channel is entered, in words: what each field is called, where it is found at the channel, how it looks. Data, one
 * table a channel; what is required and which values there are the channel's own schema says, so nothing stands twice.
 */
import { z } from 'zod';
import type { Text } from '../base/lang.ts';

export type Field = Readonly<{
  title: Text;
  /** Where it is found, in the channel's own pages. */
  where: Text;
  /** How it looks; whatever does not look so is told before it is sent. */
  pattern?: string;
  example?: string;
  /** What its values mean, where there are a few. */
  options?: Readonly<Record<string, Text>>;
}>;

type CredentialField = Field &
  Readonly<{
    /** `bare`: a PEM, or the base64 of one without its first and last line. */
    form: 'pem' | 'bare' | 'text';
    /** What a PEM may begin with after `-----BEGIN `. */
    begins?: readonly string[];
    /** It may be read by anybody. */
    isPublic?: true;
    /** `later`: the channel gives it out only once it knows the address. `fetched`: comes by itself. */
    need: 'always' | 'sometimes' | 'later' | 'fetched';
    /** It has a name at the channel, such as a serial number: what that is called. Without it, it has none. */
    named?: Field;
  }>;

export type Description<S extends string = string, C extends string = string> = Readonly<{
  title: Text;
  /** Whose accounts it speaks for. */
  about: Text;
  merchantNo: Field;
  /** For service providers and platforms; absent where the channel has no such thing. */
  subMerchantNo?: Field;
  settings: Readonly<Record<S, Field>>;
  credentials: Readonly<Record<C, CredentialField>>;
  /** Where the notification address goes. */
  notify: Text;
  /** The channel's address for tests, where it has one. */
  testUrl?: string;
}>;

/** Names for what many channels want as a file. */
export const PRIVATE_KEY = ['PRIVATE KEY', 'RSA PRIVATE KEY'] as const;
export const CERTIFICATE = ['CERTIFICATE'] as const;
export const PUBLIC_KEY = ['PUBLIC KEY', 'RSA PUBLIC KEY'] as const;

const schemaShape = z.object({
  properties: z.record(z.string(), z.looseObject({ enum: z.array(z.string()).optional() })).default({}),
  required: z.array(z.string()).default([]),
});

type SettingShape = Readonly<{ key: string; isRequired: boolean; values: readonly string[] | undefined }>;
/** What the channel's schema says of each setting. */
export function settingsOf(settings: z.ZodType): readonly SettingShape[] {
  const { properties, required } = schemaShape.parse(z.toJSONSchema(settings, { io: 'input' }));
  return Object.entries(properties).map(([key, { enum: values }]) => ({
    key,
    isRequired: required.includes(key),
    values,
  }));
}
