// What people paste: tokens and documents, as editors, consoles and tools leave them.

/** A pasted text cannot be used. The message says what helps. */
export class Unusable extends Error {}

const MOST = 1 << 19;

/** Removes what a wrong encoding leaves: byte order marks, and the zeros of UTF-16 that was read as something else. */
export function cleaned(text) {
  if (text.length > MOST) throw new Unusable(`This is too long: ${text.length} characters, where ${MOST} are taken.`);
  return text
    .replace(/^(\uFEFF|ÿþ|þÿ|ï»¿|\uFFFD\uFFFD)/, '')
    .replaceAll('\0', '')
    .trim();
}

/** The text of a JSON object, as it was pasted. */
export function documentIn(pasted) {
  const text = cleaned(pasted);
  if (text === '') throw new Unusable('Paste the assignment as JSON, as Graph answers it.');
  if (text.startsWith('eyJ')) throw new Unusable('This is a token. It belongs in the field above.');
  if (text.startsWith('<')) throw new Unusable('This is XML or HTML. Paste the JSON that Graph answers.');
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Unusable(`This is not JSON: ${error.message}. Paste the whole answer, from { to }.`);
  }
  if (Array.isArray(value)) throw new Unusable('This is a list. Paste one of its items: a single assignment.');
  return text;
}

/** The text of the payload of a token. No message repeats any part of it. */
export function payloadIn(pasted) {
  const text = cleaned(pasted).replace(/^["']|["']$/g, '');
  if (text === '') throw new Unusable('Paste the access token of the caller.');
  if (text.startsWith('{')) return payloadInJson(text);
  const token = text
    .replace(/^(-H\s+["']?)?authorization:\s*/i, '')
    .replace(/^bearer\s+/i, '')
    .replace(/\s/g, '');
  const parts = token.split('.');
  if (parts.length === 5) {
    throw new Unusable(
      'This token is encrypted: only the API that it is for can read it. It is not a token for Microsoft Graph.',
    );
  }
  if (parts.length === 1 && token.length > 100) {
    throw new Unusable(
      'This token is opaque: only the service can read it. Tokens of personal accounts are opaque, and a personal account may never reprocess: see the sample Personal account. For a work or school account, copy all of the token that the call to Graph was made with.',
    );
  }
  if (parts.length !== 3) {
    throw new Unusable(
      `This is not a token: it has ${parts.length} of 3 parts, with dots between. Copy all of what stands behind Bearer.`,
    );
  }
  return object(decoded(parts[1]), 'the second part of the token');
}

/** The text may be the payload alone, or the output of a tool with the token in it. */
function payloadInJson(text) {
  const value = JSON.parse(object(text, 'the payload'));
  if ('TenantId' in value && 'Scopes' in value) {
    throw new Unusable(
      'This is the output of `Get-MgContext`. Only the command line reads it, with `--claims`. Paste the token here.',
    );
  }
  const token = value.accessToken ?? value.access_token;
  return typeof token === 'string' && !token.trimStart().startsWith('{') ? payloadIn(token) : text;
}

function decoded(part) {
  try {
    const base64 = part.replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(base64), (byte) => byte.codePointAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Unusable(
      'The second part of the token is not base64url: something is missing or was changed. Copy the token again.',
    );
  }
}

function object(text, what) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Unusable(
      `${what[0].toUpperCase()}${what.slice(1)} is not an object in JSON: something is missing or was changed. Copy the token again.`,
    );
  }
  return text;
}
