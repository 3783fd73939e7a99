//! The addresses of the pages.

use serde::{Deserialize, Serialize};
use yew_router::Routable;

#[derive(Routable, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Route {
    #[at("/")]
    Home,
    #[at("/posts/:slug")]
    Post { slug: String },
    #[at("/tags/:tag")]
    Tag { tag: String },
    #[at("/search")]
    Search,
    #[at("/sign-in")]
    SignIn,
    #[at("/setup")]
    SetUp,
    #[at("/sign-up")]
    SignUp,
    #[at("/confirm")]
    Confirm,
    #[at("/forgot")]
    Forgot,
    #[at("/reset")]
    Reset,
    #[at("/account")]
    Account,
    #[at("/studio")]
    Studio,
    #[at("/studio/pipelines")]
    Pipelines,
    #[at("/studio/deleted")]
    Deleted,
    #[at("/studio/posts/:id")]
    Editor { id: String },
    #[not_found]
    #[at("/404")]
    NotFound,
}

impl Route {
    /// The page of a tag, the same for all ways to write it.
    pub(crate) fn tag(tag: &str) -> Self {
        Self::Tag { tag: tag.to_lowercase() }
    }
}

/// `?category=` of the first page.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub(crate) struct HomeQuery {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) category: String,
}

/// `?q=` of the search page.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub(crate) struct SearchQuery {
    #[serde(default)]
    pub(crate) q: String,
}

/// `?token=` of the set-up link, and of those in mails.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub(crate) struct SetUpQuery {
    #[serde(default)]
    pub(crate) token: String,
}

/// `?next=` of the sign-in page: a path of ours to go on to.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub(crate) struct SignInQuery {
    #[serde(default)]
    pub(crate) next: String,
}

impl SignInQuery {
    /// The page after signing in: always one of ours, whatever the address says.
    pub(crate) fn next(&self) -> Route {
        // The router reads an empty path as the first page.
        match Some(&self.next)
            .filter(|next| !next.is_empty())
            .and_then(|next| Route::recognize(next))
        {
            Some(
                Route::NotFound
                | Route::SignIn
                | Route::SetUp
                | Route::SignUp
                | Route::Confirm
                | Route::Forgot
                | Route::Reset,
            )
            | None => Route::Studio,
            Some(route) => route,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_korean_slug_survives_the_address() {
        let route = Route::Post { slug: "형태소-분석기를-만들며".to_owned() };

        assert_eq!(Route::recognize(&route.to_path()), Some(route));
    }

    #[test]
    fn a_tag_with_signs_survives_the_address_and_has_one_page() {
        for tag in ["C/C++", "Node.js", "웹 개발?"] {
            let route = Route::tag(tag);
            assert_eq!(Route::recognize(&route.to_path()), Some(route));
        }
        assert_eq!(Route::tag("Rust"), Route::tag("rust"));
    }

    #[test]
    fn an_opaque_id_survives_the_address() {
        let route = Route::Editor { id: "UG9zdDo/+w==".to_owned() };

        assert_eq!(Route::recognize(&route.to_path()), Some(route));
    }

    #[test]
    fn signing_in_without_a_wish_leads_to_the_studio() {
        assert_eq!(SignInQuery::default().next(), Route::Studio);
    }

    #[test]
    fn signing_in_never_leads_to_another_site() {
        let elsewhere = SignInQuery { next: "//evil.example/studio".to_owned() };
        assert_eq!(elsewhere.next(), Route::Studio);

        let ours = SignInQuery { next: "/studio/posts/p1".to_owned() };
        assert_eq!(ours.next(), Route::Editor { id: "p1".to_owned() });
    }
}
