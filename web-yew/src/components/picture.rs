//! A responsive picture that keeps its place while it loads.

use yew::prelude::*;

use crate::graphql::fragments::{Picture, PictureVariant};

/// Nothing until a first variant is made. `sizes` says how wide it is shown; `eager` wants it at
/// once, being the first thing seen.
pub(crate) fn responsive(picture: &Picture, sizes: &'static str, eager: bool) -> Html {
    let Some(source) = middle(&picture.variants) else { return html! {} };
    let candidates: Vec<_> = picture
        .variants
        .iter()
        .map(|variant| format!("{} {}w", variant.url, variant.width))
        .collect();
    html! {
        <img
            src={source.url.clone()}
            srcset={candidates.join(", ")}
            {sizes}
            width={picture.width.to_string()}
            height={picture.height.to_string()}
            alt={picture.alt.clone()}
            loading={if eager { "eager" } else { "lazy" }}
            decoding="async"
        />
    }
}

/// For browsers without `srcset`: the widest of at most 1200, else the narrowest.
fn middle(variants: &[PictureVariant]) -> Option<&PictureVariant> {
    let fitting = variants.iter().filter(|variant| variant.width <= 1200);
    fitting
        .max_by_key(|variant| variant.width)
        .or_else(|| variants.iter().min_by_key(|variant| variant.width))
}
