// The life of an assignment, played: the assignment, the clock, what was sent, and what has happened. Every answer is the crate's.

import { requestOf } from './form.js';
import { ask } from './engine.js';

const isIn = (list, action) => list.some((other) => JSON.stringify(other) === JSON.stringify(action));

const HOUR = 60 * 60 * 1000;

export class Play {
  /** From a verdict: its caller, assignment, time, and request, where it was asked for one. */
  constructor({ answer, stored, gives, request, now }) {
    Object.assign(this, { caller: answer.caller, stored, gives, now });
    // R33: when the request was completed stays the same. Where nobody has said when, it is now.
    this.completed = request?.completed ?? now;
    this.isCompletionAssumed = !request;
    this.recency = request?.recency ?? 'newest';
    /** Each action that has ever gone out, as often as it did: its outcome may come at any time. */
    this.sent = [];
    this.log = [];
    /** What is still to be done. */
    this.open = [];
    this.let(now, 'The play begins');
    // Only if its end had come before.
    if (this.log[0].answer.event === null) this.log = [];
  }

  reprocess() {
    this.call('Reprocess the assignment', null);
  }

  reprocessRequest() {
    this.call('Reprocess its request', requestOf(this.stored, this.completed, this.recency));
  }

  call(what, request) {
    const { caller, stored, gives, now } = this;
    this.take(what, ask('reprocess', { caller, stored, gives, now, request }));
  }

  /** An outcome of something that was sent, in whatever attempt. */
  record(action, outcome) {
    const { assignment, attempt, resourceRole } = action;
    const receipt = { assignment, attempt, resourceRole, outcome };
    const answer = ask('record', { stored: this.stored, receipt, now: this.now });
    this.take(`An outcome comes in: ${outcome}`, answer, resourceRole);
    return answer;
  }

  later(hours) {
    const now = new Date(Date.parse(this.now) + hours * HOUR).toISOString();
    this.let(
      now,
      hours === 1 ? 'An hour has gone by' : `${hours / 24} ${hours === 24 ? 'day has' : 'days have'} gone by`,
    );
  }

  /** To the end of the assignment, if that is still to come. */
  toEnd() {
    if (this.isEndAhead) this.let(this.stored.end, 'Time passes');
  }

  get isEndAhead() {
    return this.stored.end !== null && Date.parse(this.stored.end) > Date.parse(this.now);
  }

  let(now, what) {
    this.now = now;
    this.take(what, ask('expire', { stored: this.stored, now }));
  }

  isOpen(action) {
    return isIn(this.open, action);
  }

  take(what, answer, resourceRole = null) {
    // Who may not is told nothing of the assignment (R8), and an error changes nothing.
    if (answer.stored) this.stored = answer.stored;
    if (answer.actions) this.open = answer.actions;
    this.sent.push(...this.open.filter((action) => !isIn(this.sent, action)));
    this.log.push({ at: this.now, what, resourceRole, answer });
  }
}
