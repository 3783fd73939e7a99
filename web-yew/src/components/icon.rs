//! The signs that stand for words where there is no room for these.

use yew::prelude::*;

/// What a sign means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Icon {
    Search,
    Moon,
    Sun,
    Play,
    Pause,
    Previous,
    Next,
    Volume,
    Download,
    Link,
    Up,
    Close,
}

impl Icon {
    /// Strokes on a field of 24 by 24.
    fn path(self) -> &'static str {
        match self {
            Self::Search => "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M15.5 15.5 21 21",
            Self::Moon => "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
            Self::Play => "M8 5.5v13l10.5-6.5z",
            Self::Pause => "M8 6v12M16 6v12",
            Self::Previous => "M6 6v12M18 6v12l-8-6z",
            Self::Next => "M18 6v12M6 6v12l8-6z",
            Self::Volume => "M4 9.5v5h3.5L13 19V5L7.5 9.5zM16.5 8.5a5 5 0 0 1 0 7",
            Self::Download => "M12 4v11m-5-5 5 5 5-5M5 20h14",
            Self::Link => {
                "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.3 1.3M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.3-1.3"
            }
            Self::Up => "M12 20V5m-6 6 6-6 6 6",
            Self::Close => "M6 6l12 12M18 6 6 18",
            Self::Sun => {
                "M12 7.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M12 2v2M12 20v2M2 12h2M20 12h2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4"
            }
        }
    }
}

/// A sign. What it means is said by the element around it.
pub(crate) fn icon(icon: Icon) -> Html {
    html! {
        <svg
            class="sign"
            viewBox="0 0 24 24"
            width="20"
            height="20"
            fill="none"
            stroke="currentColor"
            stroke-width="2"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d={icon.path()} />
        </svg>
    }
}

/// A word where there is room for it, its sign on a phone; the word stays for those who listen.
pub(crate) fn word_or_icon(word: &str, sign: Icon) -> Html {
    html! {
        <>
            <span class="word">{ word }</span>
            { icon(sign) }
        </>
    }
}
