// The life of an assignment, played: the assignment, the clock, the actions that were sent, and the events. The crate gives
// every answer.

import { requestOf } from './form.js';
import { ask } from './engine.js';

const isIn = (list, action) => list.some((other) => JSON.stringify(other) === JSON.stringify(action));

const HOUR = 60 * 60 * 1000;

export class Play {
  /** Starts from a verdict: its caller, assignment and time, and its request if there was one. */
  constructor({ answer, stored, gives, request, now }) {
    Object.assign(this, { caller: answer.caller, stored, gives, now });
    // R33: the instant at which the request was completed stays the same. If it is unknown, it is now.
    this.completed = request?.completed ?? now;
    this.isCompletionAssumed = !request;
    this.recency = request?.recency ?? 'newest';
    /** Every action that was ever sent, as often as it was sent: its outcome may come at any time. */
    this.sent = [];
    this.log = [];
    /** The actions that are still to be carried out. */
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

  /** Records an outcome of an action that was sent, in any attempt. */
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

  /** Moves the clock to the end of the assignment, if that is still to come. */
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
    // A caller who may not reprocess learns nothing of the assignment (R8), and an error changes nothing.
    if (answer.stored) this.stored = answer.stored;
    if (answer.actions) this.open = answer.actions;
    this.sent.push(...this.open.filter((action) => !isIn(this.sent, action)));
    this.log.push({ at: this.now, what, resourceRole, answer });
  }
}
