// Shows a played life: the picture, the current state, the actions that were sent, and the events.

import { $, capitalized, el, instant, rules, words } from './dom.js';
import { Play } from './play.js';

const STATES = ['delivered', 'delivering', 'partiallyDelivered', 'deliveryFailed', 'expired'];

const RESULT = {
  recorded: ['recorded', []],
  alreadyKnown: ['known already: it changes nothing', ['R17']],
  anotherAttempt: ['of another attempt: it changes nothing', ['R17']],
  afterTheEnd: ['after the end: it changes nothing', ['R21']],
  expired: ['the end has come', ['R21']],
  unchanged: ['nothing changes', []],
};

let start = null;
let play = null;
/** What is shown for each action. */
let rows = new Map();

export function begin(verdict) {
  start = verdict;
  play = new Play(structuredClone(verdict));
  $('no-play').hidden = true;
  $('play').hidden = false;
  rows = new Map();
  $('actions').replaceChildren();
  $('log').replaceChildren();
  show();
}

export function listen() {
  const on = (id, act) => $(id).addEventListener('click', () => step(act));
  on('reprocess', () => play.reprocess());
  on('reprocess-request', () => play.reprocessRequest());
  on('to-end', () => play.toEnd());
  for (const button of document.querySelectorAll('[data-hours]')) {
    button.addEventListener('click', () => step(() => play.later(Number(button.dataset.hours))));
  }
  $('again').addEventListener('click', () => {
    begin(start);
    $('life-title').focus();
  });
  $('states').replaceChildren(...STATES.map((state) => el('li', { 'data-state': state }, state)));
}

function step(act) {
  act();
  show();
}

function show() {
  const { stored, log, sent } = play;
  const last = log.at(-1)?.answer ?? {};
  showPresent(last, stored);
  showPicture(last.event ?? null, stored.state);
  showTime();
  showActions(sent);
  $('no-log').hidden = log.length > 0;
  for (const entry of log.slice($('log').childElementCount)) $('log').prepend(line(entry));
}

function showPresent(answer, { state, attempt }) {
  const open = play.open.length;
  const todo = open > 0 ? ` ${open} ${open === 1 ? 'action is' : 'actions are'} open.` : '';
  const call = answer.verdict && answer.verdict !== 'accepted' ? ` The call was refused: ${answer.message}.` : '';
  $('present').replaceChildren('Now ', el('strong', {}, state), `, attempt ${attempt}.`, ...words(call + todo));
}

function showPicture(event, state) {
  const picture = $('life-picture');
  picture.querySelector('title').textContent = `The life of an assignment: now it is ${state}`;
  for (const box of picture.querySelectorAll('[data-state]')) box.classList.toggle('here', box.dataset.state === state);
  const moved = event && kind(event.cause);
  for (const arrow of picture.querySelectorAll('[data-from]')) {
    const { from, to } = arrow.dataset;
    arrow.classList.toggle('taken', arrow.classList.contains(moved) && from === event.from && to === event.to);
  }
  for (const item of $('states').children) {
    if (item.dataset.state === state) item.setAttribute('aria-current', 'step');
    else item.removeAttribute('aria-current');
  }
}

/** The class of the arrow of a move. */
function kind(cause) {
  if (cause === 'expired') return 'expire';
  if (cause.recorded) return 'record';
  return cause.reprocessed.request === null ? 'reprocess' : 'request';
}

function showTime() {
  const { now, stored } = play;
  $('clock').dateTime = now;
  $('clock').textContent = `It is ${instant(now)}.`;
  $('end').textContent = stored.end === null ? 'It has no end.' : `It ends ${instant(stored.end)}.`;
  $('to-end').hidden = stored.end === null;
  $('to-end').setAttribute('aria-disabled', String(!play.isEndAhead));
  $('request-hint').textContent = play.isCompletionAssumed
    ? `Assumed here: the request was completed ${instant(play.completed)}.`
    : `The request was completed ${instant(play.completed)}.`;
}

function showActions(sent) {
  $('no-actions').hidden = sent.length > 0;
  const fresh = sent.filter((action) => !rows.has(action));
  for (const action of fresh) rows.set(action, row(action));
  // The last attempt comes first.
  $('actions').prepend(...fresh.map((action) => rows.get(action)));
  for (const [action, shown] of rows) shown.classList.toggle('open', play.isOpen(action));
}

function row(action) {
  const name = `${roleName(action.resourceRole)}, attempt ${action.attempt}`;
  const said = el('span', { class: 'said' });
  const button = (outcome) => {
    const element = el(
      'button',
      { type: 'button', 'aria-label': `${capitalized(outcome)}: ${name}`, 'data-outcome': outcome },
      capitalized(outcome),
    );
    element.addEventListener('click', () => {
      step(() => {
        const { result, error } = play.record(action, outcome);
        said.textContent = error ? error.message : `${outcome}: ${RESULT[result][0]}`;
      });
    });
    return element;
  };
  return el('li', {}, el('p', {}, name), el('p', {}, button('fulfilled'), button('failed'), ' ', said));
}

function roleName({ originSystem, resourceOriginId, roleOriginId, roleType }) {
  return [originSystem, roleOriginId, roleOriginId.includes(resourceOriginId) ? null : resourceOriginId, roleType]
    .filter(Boolean)
    .join(' ');
}

function line({ at, what, resourceRole, answer }) {
  const { event } = answer;
  const about = resourceRole ? `, of ${roleName(resourceRole)}` : '';
  const move = event ? el('span', { class: `move ${kind(event.cause)}` }, moveOf(event)) : '';
  return el(
    'li',
    {},
    el('time', { datetime: at }, instant(at)),
    ' ',
    el('span', {}, `${what}${about}: `, ...resultOf(answer)),
    ' ',
    move,
  );
}

function moveOf({ from, to }) {
  return from === to ? `stays ${to}` : `${from} → ${to}`;
}

function resultOf({ verdict, role, message, reasons, result, error, actions }) {
  if (error) return words(`${error.message}.`);
  if (result) return [RESULT[result][0], '.', ...rules(RESULT[result][1])];
  if (verdict === 'accepted') return words(`accepted, as \`${role}\`. ${actions.length} to enforce.`);
  const ids = [...new Set(reasons.flatMap((reason) => reason.rules))];
  return [...words(`refused: ${message}.`), ...rules(ids)];
}
