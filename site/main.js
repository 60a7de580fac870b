// The page: moves what you paste to the crate, and its answer to the screen. It sends and stores nothing.

import { $, el } from './dom.js';
import * as form from './form.js';
import * as life from './life.js';
import * as roles from './roles.js';
import { SAMPLES, fieldsOf } from './samples.js';
import * as verdict from './verdict.js';

function explain() {
  const asked = form.explain(new Date().toISOString());
  if (asked === null) return;
  verdict.show(asked);
  life.begin(asked);
  stale(false);
  goTo($('verdict-title'));
}

/** Brings the element and what follows it into view. */
function goTo(title) {
  title.focus({ preventScroll: true });
  const { top } = title.getBoundingClientRect();
  if (top < 0 || top > window.innerHeight / 2) title.scrollIntoView();
}

/** The verdict is about other values than the form shows now. */
function stale(is) {
  $('stale').hidden = !is;
  $('verdict').classList.toggle('old', is);
}

function sample(it) {
  const button = el('button', { type: 'button' }, it.name);
  button.addEventListener('click', () => {
    form.fill(fieldsOf(it, Date.now()));
    explain();
    pressed(button);
  });
  return button;
}

function pressed(button) {
  for (const other of $('samples').children) other.setAttribute('aria-pressed', String(other === button));
}

$('samples').append(...SAMPLES.map(sample));
pressed(null);
roles.start();
life.listen();
$('form').addEventListener('submit', (event) => {
  event.preventDefault();
  explain();
});
$('form').addEventListener('input', () => {
  form.showRequest();
  pressed(null);
  if ($('verdict').dataset.verdict) stale(true);
});
$('starting').remove();
