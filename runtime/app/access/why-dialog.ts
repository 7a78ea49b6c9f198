// "Why can I see this? What may I do here?": for each privilege yes or no, what it rests on, and what would change it.
import { html, nothing, type TemplateResult } from 'lit';
import { createAccessClient, type Because, type Explanation, type Verdict } from '../../client/access.ts';
import { openDialog } from '../../ui/dialog/dialog.ts';
import type { LookupValue } from '../../ui/field-ui.ts';
import { icon } from '../../ui/icon.ts';
import type { WhyQuestion, Workspace } from '../../ui/workspace.ts';
import './access.css';
import { personInput, type PersonInput } from './person-input.ts';

/** What is done with the record itself comes before making another. */
function byUse(verdicts: readonly Verdict[]): readonly Verdict[] {
  const isMaking = ({ privilege }: Verdict) => privilege === 'create';
  return [...verdicts.filter((one) => !isMaking(one)), ...verdicts.filter(isMaking)];
}

export async function openWhy(workspace: Workspace, question: WhyQuestion): Promise<void> {
  const { client, locale, me } = workspace;
  const { t } = locale;
  const access = createAccessClient(client);
  const mayAskOfOthers = me.rights.includes('manage-users') || me.rights.includes('*');
  let person: LookupValue | undefined;
  let box: ((input: PersonInput) => unknown) | undefined;
  let said: Explanation | undefined;
  let problem: string | undefined;
  let asked = 0;

  await openDialog<void>({
    title: t('access.why.title'),
    wide: true,
    locale,
    body: (handle) => {
      if (asked === 0) {
        void ask(handle.update);
        if (mayAskOfOthers)
          void personInput(workspace, false).then((made) => {
            box = made;
            handle.update();
          });
      }
      return html`
        <p class="x-why-about">
          ${question.name === undefined ? said?.title : html`<bdi>${question.name}</bdi>`}
          ${question.record === undefined ? html`<span class="x-hint">${t('access.why.general')}</span>` : nothing}
        </p>
        ${
          box
            ? html`<div class="x-why-person">
                <label class="x-field-label" for="why-person">${t('access.why.person')}</label>
                ${box({
                  id: 'why-person',
                  title: t('access.why.person'),
                  value: person,
                  onChange: (value) => {
                    person = value;
                    void ask(handle.update);
                  },
                })}
              </div>`
            : nothing
        }
        <div aria-live="polite" aria-busy=${said === undefined && problem === undefined ? 'true' : 'false'}>
          ${problem === undefined ? nothing : html`<p class="x-why-problem" role="alert">${problem}</p>`}
          ${said ? byUse(said.verdicts).map((verdict) => verdictOf(verdict, verdict.privilege === (question.privilege ?? 'read'))) : nothing}
          ${said === undefined && problem === undefined ? html`<span class="x-skeleton"></span>` : nothing}
        </div>
      `;
    },
  });

  async function ask(update: () => void): Promise<void> {
    const mine = ++asked;
    problem = undefined;
    try {
      const { entity, record } = question;
      const answer = await access.explain(
        { entity, ...(record !== undefined && { record }), ...(person && { user: person.id }) },
        locale.language,
      );
      if (mine !== asked) return;
      said = answer;
    } catch (error) {
      if (mine !== asked) return;
      said = undefined;
      problem = error instanceof Error ? error.message : String(error);
    }
    update();
  }

  function verdictOf(verdict: Verdict, open: boolean): TemplateResult {
    const isYes = verdict.decision === 'yes';
    return html`<details class="x-why" data-decision=${verdict.decision} ?open=${open}>
      <summary>
        ${icon(isYes ? 'circle-check' : 'circle-x')}
        <b>${t(`access.privilege.${verdict.privilege}`)}</b>
        <span>${verdict.text}</span>
      </summary>
      ${
        verdict.because.length === 0
          ? nothing
          : html`<ul class="x-why-list">
              ${verdict.because.map(reasonOf)}
            </ul>`
      }
      ${
        verdict.missing.length === 0
          ? nothing
          : html`<h3 class="x-why-part">${t('access.why.missing')}</h3>
              <ul class="x-why-list">
                ${verdict.missing.map(({ text }) => html`<li>${icon('lightbulb')}<span>${text}</span></li>`)}
              </ul>`
      }
    </details>`;
  }

  function reasonOf({ kind, holds, text }: Because): TemplateResult {
    const mark = holds === undefined ? 'minus' : holds === (kind !== 'deny') ? 'check' : 'x';
    const word = holds === undefined ? '' : t(holds ? 'access.why.holds' : 'access.why.not');
    return html`<li data-holds=${String(holds ?? '')}>
      ${word === '' ? icon(mark) : icon(mark, word)}<span>${text}</span>
    </li>`;
  }
}
