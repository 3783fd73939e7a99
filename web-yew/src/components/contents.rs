//! Finding one's way in a long article: the table of contents that follows the reader, how much is read,
//! and the way back to the top.

use std::rc::Rc;

use yew::prelude::*;

use crate::browser::{self, Listener};
use crate::components::icon::{Icon, icon};
use crate::graphql::queries::Heading;
use crate::state::reading::{current_heading, far_from_top, read_percent};
use crate::strings::use_strings;

/// Fewer headings need no table of contents.
const WORTH_A_TABLE: usize = 2;
/// Smaller ones stand in no table.
const DEEPEST: i32 = 3;

/// The headings of an article that stand in its table; none when there are too few.
pub(crate) fn worth_a_table(headings: &[Heading]) -> Vec<Heading> {
    let listed: Vec<_> =
        headings.iter().filter(|heading| heading.level <= DEEPEST).cloned().collect();
    if listed.len() < WORTH_A_TABLE { Vec::new() } else { listed }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ContentsProps {
    pub(crate) headings: Vec<Heading>,
}

/// Beside the article where there is room, else folded above it.
#[component]
pub(crate) fn Contents(props: &ContentsProps) -> Html {
    let strings = use_strings();
    let open = use_state_eq(|| false);
    let current = use_state_eq(|| None::<usize>);
    {
        let (current, headings) = (current.setter(), props.headings.clone());
        use_scrolled(props.headings.clone(), move || {
            let (Some(document), Some(height)) = (browser::document(), page_height()) else {
                return;
            };
            let window = browser::window_height();
            let at_end = browser::scrolled() + window >= height - 2.0;
            current.set(current_heading(headings.len(), window, at_end, |n| {
                let heading = headings.get(n).map(|heading| &heading.anchor);
                let element = heading.and_then(|anchor| document.get_element_by_id(anchor));
                element.map_or(0.0, |element| element.get_bounding_client_rect().top())
            }));
        });
    }
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let fold = {
        let open = open.setter();
        Callback::from(move |_: MouseEvent| open.set(false))
    };
    html! {
        <nav
            class={classes!("contents", open.then_some("open"))}
            aria-label={strings.contents}
            data-testid="contents"
        >
            <button
                type="button"
                class="contents-toggle"
                aria-expanded={if *open { "true" } else { "false" }}
                aria-controls="contents-list"
                lang={strings.language.tag()}
                data-testid="contents-toggle"
                onclick={toggle}
            >
                { strings.contents }
            </button>
            <ul id="contents-list">
                for (n, heading) in props.headings.iter().enumerate() {
                    <li class={format!("level-{}", heading.level)}>
                        <a
                            href={format!("#{}", heading.anchor)}
                            aria-current={(*current == Some(n)).then_some("location")}
                            onclick={fold.clone()}
                        >
                            { &heading.text }
                        </a>
                    </li>
                }
            </ul>
        </nav>
    }
}

/// A line at the window's top edge that grows while the article is read, and a button to its beginning.
#[component]
pub(crate) fn ReadingProgress() -> Html {
    let strings = use_strings();
    let percent = use_state_eq(|| 0u32);
    let far = use_state_eq(|| false);
    {
        let (percent, far) = (percent.setter(), far.setter());
        use_scrolled((), move || {
            let Some(article) = browser::find(".article") else { return };
            let place = article.get_bounding_client_rect();
            let window = browser::window_height();
            percent.set(read_percent(place.top(), place.height(), window));
            far.set(far_from_top(browser::scrolled(), window));
        });
    }
    let to_top = Callback::from(|_: MouseEvent| {
        // The button goes away: the keyboard goes on at the top.
        browser::focus_in_place("main");
        browser::glide_to_top();
    });
    html! {
        <>
            // Who listens hears where they are from what is read to them.
            <progress
                class="reading-progress"
                max="100"
                value={percent.to_string()}
                aria-hidden="true"
                data-testid="reading-progress"
            />
            if *far {
                <button
                    type="button"
                    class="to-top"
                    data-testid="to-top"
                    lang={strings.language.tag()}
                    onclick={to_top}
                >
                    { icon(Icon::Up) }
                    <span class="visually-hidden">{ strings.to_top }</span>
                </button>
            }
        </>
    }
}

/// Calls at once, and whenever the window scrolls or changes its size.
#[hook]
fn use_scrolled<K, F>(key: K, look: F)
where
    K: PartialEq + 'static,
    F: Fn() + 'static,
{
    use_effect_with(key, move |_| {
        look();
        let look = Rc::new(look);
        let listeners: Vec<_> = ["scroll", "resize"]
            .into_iter()
            .filter_map(|event| {
                let look = look.clone();
                Listener::on(browser::window()?.into(), event, move |_| look())
            })
            .collect();
        move || drop(listeners)
    });
}

fn page_height() -> Option<f64> {
    let root = browser::document()?.document_element()?;
    Some(f64::from(root.scroll_height()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(level: i32) -> Heading {
        Heading { level, text: "x".to_owned(), anchor: "x".to_owned() }
    }

    #[test]
    fn one_heading_is_no_table_and_small_ones_do_not_count() {
        assert!(worth_a_table(&[heading(2)]).is_empty());
        assert!(worth_a_table(&[heading(2), heading(4), heading(5)]).is_empty());
        assert_eq!(worth_a_table(&[heading(2), heading(4), heading(3)]).len(), 2);
    }
}
