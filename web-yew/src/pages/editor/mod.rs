//! Where a post is written.
//!
//! - [`workbench`]: the fields, the board, and how they fit.
//! - [`saving`]: the working copy on its way to the server, and what the browser keeps meanwhile.
//! - [`publishing`]: publish, unpublish, delete and bring back, once everything is saved.
//! - [`history`]: the published revisions; [`deletion`]: the way to the deleted posts.
//! - [`preview`]: the server's own rendering, a moment after typing; [`drawn`] puts it into the page
//!   without touching the pictures that are there.
//! - [`uploads`] and [`transfer`]: pictures on their way to the object store.

mod conflict;
mod deletion;
mod drawn;
mod history;
mod preview;
mod publishing;
mod saving;
mod transfer;
mod uploads;
mod workbench;

use std::rc::Rc;

use cynic::QueryBuilder;
use yew::prelude::*;

use crate::components::notice::{failure_notice, loading};
use crate::components::page::{Answer, use_answer, use_title};
use crate::components::to::To;
use crate::graphql::client::{Failure, ask};
use crate::graphql::fragments::EditedPost;
use crate::graphql::queries::{PostBy, PostForEditor, PostVariables};
use crate::pages::studio::ForAuthors;
use crate::route::Route;
use crate::strings::use_strings;
pub(crate) use workbench::Workbench;

#[derive(Properties, PartialEq)]
pub(crate) struct EditorPageProps {
    pub(crate) id: String,
}

#[component]
pub(crate) fn EditorPage(props: &EditorPageProps) -> Html {
    html! {
        <ForAuthors next={Route::Editor { id: props.id.clone() }}>
            <Opened id={props.id.clone()} />
        </ForAuthors>
    }
}

/// Loads the post once. What comes later concerns the board, never the text.
#[component]
fn Opened(props: &EditorPageProps) -> Html {
    let strings = use_strings();
    use_title(Some(strings.editor.into()));
    let (answer, again) = use_answer(props.id.clone(), load);
    match answer {
        Answer::Asking => html! { <div class="column">{ loading(strings) }</div> },
        Answer::Failed(failure) => {
            html! { <div class="column">{ failure_notice(strings, &failure, &again) }</div> }
        }
        Answer::Here(post) => match (*post).as_ref().filter(|post| post.working_copy.is_some()) {
            Some(post) if post.deleted_at.is_some() => html! {
                <div class="column">
                    <h1>{ strings.editor }</h1>
                    <div class="notice" data-testid="is-deleted">
                        <p>{ strings.post_is_deleted }</p>
                        <To route={Route::Deleted}>{ strings.deleted_posts }</To>
                    </div>
                </div>
            },
            Some(post) => html! { <Workbench post={Rc::new(post.clone())} /> },
            None => html! {
                <div class="column"><h1>{ strings.editor }</h1><p class="notice">{ strings.no_such_post }</p></div>
            },
        },
    }
}

async fn load(id: String) -> Result<Option<EditedPost>, Failure> {
    let by = PostBy::Id(cynic::Id::new(id));
    Ok(ask(PostForEditor::build(PostVariables { by })).await?.post)
}
