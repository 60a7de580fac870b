// Writes every answered question and its answer as TypeScript. The types have to fit what the crate says.
import { readFileSync, writeFileSync } from 'node:fs';

const { asked } = JSON.parse(readFileSync(new URL('../../../tests/vectors/asked.json', import.meta.url), 'utf8'));
const answered = asked.filter(({ answer }) => !('error' in answer));
const name = (operation) => operation[0].toUpperCase() + operation.slice(1);
const lines = answered.flatMap(({ operation, question, answer }, index) => [
  `export const question${index}: ask.${name(operation)}Question = ${question};`,
  `export const answer${index}: ask.${name(operation)}Answer = ${JSON.stringify(answer)};`,
]);
// Some values must not fit.
const unfit = [
  ["ask.ExpireQuestion", { now: '2026-11-28T12:00:00Z' }],
  ["ask.Caller", { account: 'robot' }],
  ["ask.ExpireAnswer", { result: 'recorded' }],
].map(([type, value], index) => `// @ts-expect-error\nexport const unfit${index}: ${type} = ${JSON.stringify(value)};`);
const uses = `export async function use(): Promise<ask.Stored | string> {
  const crate = await ask.load();
  const { stored, gives } = await crate.read({ document: {} });
  const { roles } = await crate.read({ roleAssignments: {} });
  crate.explain({ claims: { tid: '' }, stored, now: new Date(), roles });
  const answer = crate.reprocess({ caller: { account: 'application' }, stored, gives, now: new Date() });
  if (answer.verdict === 'accepted') return answer.actions.length > 0 ? answer.stored : answer.role;
  return answer.remedies.flatMap(({ steps }) => steps).includes('holdRole') ? answer.message : answer.reasons[0]!.text;
}`;
const text = ["import * as ask from 'access-package';", ...lines, ...unfit, uses, ''].join('\n');
writeFileSync(process.argv[2], text);
console.log(`${answered.length} questions and answers, ${unfit.length} that do not fit`);
