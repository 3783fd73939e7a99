//! What the pipelines used this month and before, and the owner's budgets.

use std::rc::Rc;

use cynic::{MutationBuilder, QueryBuilder};
use yew::prelude::*;

use crate::browser;
use crate::components::field::typed;
use crate::components::notice::failure_notice;
use crate::components::page::{Answer, use_answer};
use crate::components::sent::use_sent;
use crate::graphql::client::{Failure, ask};
use crate::graphql::mutations::{SetBudgets, SetBudgetsInput, SetBudgetsVariables};
use crate::graphql::queries::{Budgets, KindUsage, MonthUsage, Usage, UsageOf};
use crate::graphql::subscriptions::Money;
use crate::strings::{Strings, use_strings};

async fn usage((): ()) -> Result<UsageOf, Failure> {
    let viewer = ask(Usage::build(())).await?.viewer.ok_or(Failure::SignedOut)?;
    viewer.usage.ok_or(Failure::SignedOut)
}

/// For the owner alone: nobody else is answered.
#[component]
pub(super) fn UsageSection() -> Html {
    let strings = use_strings();
    let (answer, again) = use_answer((), usage);
    // What was known stays while it is asked anew.
    let known = use_state(|| None::<Rc<UsageOf>>);
    {
        let known = known.setter();
        use_effect_with(answer.clone(), move |answer| {
            if let Answer::Here(usage) = answer {
                known.set(Some(usage.clone()));
            }
        });
    }
    let asked = again.reform(|_: MouseEvent| ());
    html! {
        <section class="usage" aria-labelledby="usage-heading" data-testid="usage">
            <div class="usage-head">
                <h2 id="usage-heading">{ strings.usage }</h2>
                <button type="button" class="small" data-testid="usage-again" onclick={asked}>
                    { strings.usage_again }
                </button>
            </div>
            if let Answer::Failed(failure) = &answer {
                { failure_notice(strings, failure, &again) }
            }
            if let Some(usage) = &*known {
                { months(strings, usage) }
                <BudgetsForm
                    key={format!("{:?}", usage.budgets)}
                    budgets={usage.budgets}
                    on_saved={again.reform(|_: Budgets| ())}
                />
            }
        </section>
    }
}

fn months(strings: &Strings, usage: &UsageOf) -> Html {
    let (now, before) = match usage.months.split_first() {
        Some((now, before)) => (now, before),
        None => return html! {},
    };
    html! {
        <>
            <p class="hint">{ strings.usage_month(&now.month) }</p>
            { kinds(strings, now, Some(usage)) }
            if !before.is_empty() {
                <details class="usage-before">
                    <summary>{ strings.usage_before }</summary>
                    for month in before {
                        <h3>{ strings.month(&month.month) }</h3>
                        { kinds(strings, month, None) }
                    }
                </details>
            }
        </>
    }
}

/// A line for each kind; `now` has budgets, and what is held.
fn kinds(strings: &Strings, month: &MonthUsage, now: Option<&UsageOf>) -> Html {
    let used = month.kinds.iter().filter(|usage| now.is_some() || usage.runs > 0);
    html! {
        <dl class="usage-kinds">
            for usage in used {
                <div data-testid={format!("usage-{}-{}", month.month, crate::components::status_board::code_of(usage.kind))}>
                    <dt>{ strings.kind(usage.kind) }</dt>
                    <dd>{ kind(strings, usage, now) }</dd>
                </div>
            }
        </dl>
    }
}

fn kind(strings: &Strings, usage: &KindUsage, now: Option<&UsageOf>) -> Html {
    let budget = now.and_then(|now| now.budgets.of(usage.kind));
    let n_held = now.map_or(0, |now| {
        now.held.iter().filter(|held| held.kind == usage.kind).map(|held| held.count).sum()
    });
    let name = strings.kind(usage.kind);
    html! {
        <>
            <span class="usage-facts">
                if let Some(unit) = usage.unit {
                    <span>
                        { match budget {
                            Some(budget) => strings.amount_of(usage.units, budget, unit),
                            None => strings.amount(usage.units, unit),
                        } }
                    </span>
                }
                <span>{ strings.runs(usage.runs) }</span>
                if usage.runs > 0 {
                    <span>{ strings.work_time(usage.work_seconds) }</span>
                }
                if let Some(Money { amount, currency }) = &usage.price {
                    <span class="usage-price">{ format!("{amount} {currency}") }</span>
                }
                if n_held > 0 {
                    <span class="usage-held">{ strings.held_count(n_held) }</span>
                }
            </span>
            if let Some(budget) = budget {
                <meter
                    aria-label={strings.budget_of(name)}
                    min="0"
                    max={budget.max(1).to_string()}
                    value={usage.units.min(budget.max(1)).to_string()}
                />
            }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct BudgetsFormProps {
    budgets: Budgets,
    on_saved: Callback<Budgets>,
}

/// What was typed as a limit; nothing is no limit.
pub(crate) fn limit(text: &str) -> Result<Option<i32>, ()> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    if digits.is_empty() {
        return Ok(None);
    }
    digits.parse().ok().filter(|limit| *limit >= 0).map(Some).ok_or(())
}

#[component]
fn BudgetsForm(props: &BudgetsFormProps) -> Html {
    let strings = use_strings();
    let shown = |limit: Option<i32>| limit.map(|limit| limit.to_string()).unwrap_or_default();
    let speech = use_state_eq(|| shown(props.budgets.speech_characters));
    let summary = use_state_eq(|| shown(props.budgets.summary_tokens));
    let limits = (limit(&speech), limit(&summary));
    let sent = use_sent(props.on_saved.clone(), move || async move {
        // It is not sent before both can be read.
        let (Ok(speech_characters), Ok(summary_tokens)) = limits else {
            return Err(Failure::Unreadable("a limit".to_owned()));
        };
        let idempotency_key = browser::random_key();
        let input = SetBudgetsInput { speech_characters, summary_tokens, idempotency_key };
        let answer = ask(SetBudgets::build(SetBudgetsVariables { input })).await?;
        Ok(answer.set_budgets.into_result().map(|success| success.budgets))
    });
    let field = |id: &'static str,
                 label: &'static str,
                 value: &UseStateHandle<String>,
                 wrong: bool,
                 refused: Option<AttrValue>| {
        let set = value.setter();
        let problem = refused.or(wrong.then_some(AttrValue::Static(strings.not_a_limit)));
        let described = format!("{id}-about");
        html! {
            <div class="field">
                <label for={id}>{ label }</label>
                <input
                    {id}
                    data-testid={id}
                    type="text"
                    inputmode="numeric"
                    autocomplete="off"
                    placeholder={strings.no_limit}
                    value={(**value).clone()}
                    aria-invalid={problem.is_some().then_some("true")}
                    aria-describedby={problem.is_some().then(|| described.clone())}
                    oninput={Callback::from(move |event: InputEvent| set.set(typed(&event)))}
                />
                if let Some(problem) = problem {
                    <p id={described} class="problem">{ problem }</p>
                }
            </div>
        }
    };
    let onsubmit = {
        let (press, wrong) = (sent.press(), limits.0.is_err() || limits.1.is_err());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if !wrong && let Ok(click) = MouseEvent::new("click") {
                press.emit(click);
            }
        })
    };
    html! {
        <form class="form budgets" {onsubmit} aria-labelledby="budgets-heading">
            <h3 id="budgets-heading">{ strings.budgets }</h3>
            <p class="hint">{ strings.budgets_explained }</p>
            <div class="budget-fields">
                { field("budget-speech", strings.budget_speech, &speech, limits.0.is_err(), sent.about("speechCharacters")) }
                { field("budget-summary", strings.budget_summary, &summary, limits.1.is_err(), sent.about("summaryTokens")) }
            </div>
            { sent.problem("budgets", &["speechCharacters", "summaryTokens"]) }
            <p class="outcome" role="status" data-testid="budgets-outcome">
                { sent.done().map(|_| strings.saved).unwrap_or_default() }
            </p>
            <button type="submit" data-testid="budgets-submit" disabled={sent.busy()}>
                { if sent.busy() { strings.working } else { strings.save } }
            </button>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::limit;

    #[test]
    fn a_limit_is_a_number_from_zero_on_and_nothing_is_none() {
        assert_eq!(limit(""), Ok(None));
        assert_eq!(limit(" 10,000 "), Ok(Some(10_000)));
        assert_eq!(limit("0"), Ok(Some(0)));
        for wrong in ["-1", "1.5", "many", "99999999999"] {
            assert_eq!(limit(wrong), Err(()), "{wrong}");
        }
    }
}
