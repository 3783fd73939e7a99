//! The article read aloud: a player in one line, a choice of speed, and the spoken sentence marked in
//! the text.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlAudioElement, HtmlSelectElement};
use yew::prelude::*;

use crate::browser;
use crate::components::field::typed;
use crate::components::icon::{Icon, icon};
use crate::graphql::queries::{Speech, SpeechMark};
use crate::strings::use_strings;

const SPEEDS: [&str; 5] = ["0.8", "1", "1.25", "1.5", "2"];
const SPOKEN: &str = "spoken";

#[derive(Properties, PartialEq)]
pub(crate) struct AudioPlayerProps {
    pub(crate) speech: Speech,
}

/// Nothing of the sound is fetched before the reader wants to hear it: its length is known from the
/// post.
#[component]
pub(crate) fn AudioPlayer(props: &AudioPlayerProps) -> Html {
    let strings = use_strings();
    let audio = use_node_ref();
    let playing = use_state_eq(|| false);
    let second = use_state_eq(|| 0i32);
    let shown = use_mut_ref(|| None::<i32>);
    let on_change = {
        let (audio, marks) = (audio.clone(), props.speech.marks.clone());
        let (playing, second) = (playing.setter(), second.setter());
        Callback::from(move |_: Event| {
            let Some(audio) = audio.cast::<HtmlAudioElement>() else { return };
            playing.set(!audio.paused() && !audio.ended());
            second.set(audio.current_time() as i32);
            let sentence = spoken_at(&marks, (audio.current_time() * 1000.0) as i32)
                .filter(|_| !audio.ended());
            let before = shown.replace(sentence);
            if before != sentence {
                mark(before, false);
                mark(sentence, true);
            }
        })
    };
    let toggle = {
        let audio = audio.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(audio) = audio.cast::<HtmlAudioElement>() {
                play_or_pause(&audio);
            }
        })
    };
    let seek = {
        let audio = audio.clone();
        Callback::from(move |event: InputEvent| {
            let chosen = typed(&event).parse().ok();
            if let (Some(audio), Some(second)) = (audio.cast::<HtmlAudioElement>(), chosen) {
                audio.set_current_time(second);
            }
        })
    };
    let choose_speed = {
        let audio = audio.clone();
        Callback::from(move |event: Event| {
            let chosen =
                event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
            let speed = chosen.and_then(|select| select.value().parse().ok());
            if let (Some(audio), Some(speed)) = (audio.cast::<HtmlAudioElement>(), speed) {
                audio.set_playback_rate(speed);
            }
        })
    };
    let seconds = props.speech.duration_ms.max(0) / 1000;
    let times = format!("{} / {}", length(second.min(seconds)), length(seconds));
    html! {
        <section class="listen" data-testid="post-player" aria-label={strings.listen}>
            <audio
                ref={audio}
                preload="none"
                src={props.speech.url.clone()}
                data-testid="post-audio"
                onplay={on_change.clone()}
                onpause={on_change.clone()}
                ontimeupdate={on_change.clone()}
                onended={on_change}
            />
            <button
                type="button"
                class="listen-button"
                data-testid="listen"
                aria-label={if *playing { strings.pause } else { strings.listen }}
                onclick={toggle}
            >
                { icon(if *playing { Icon::Pause } else { Icon::Play }) }
            </button>
            <input
                type="range"
                min="0"
                max={seconds.to_string()}
                step="1"
                value={second.to_string()}
                aria-label={strings.position}
                aria-valuetext={times.clone()}
                oninput={seek}
            />
            <span class="listen-times" data-testid="listen-times">{ times }</span>
            <select aria-label={strings.speed} onchange={choose_speed}>
                for speed in SPEEDS {
                    <option value={speed} selected={speed == "1"}>{ format!("{speed}×") }</option>
                }
            </select>
        </section>
    }
}

/// The button follows what the browser does, not what was asked of it.
fn play_or_pause(audio: &HtmlAudioElement) {
    if !audio.paused() {
        // An element can always be paused.
        let _ = audio.pause();
    } else if let Ok(started) = audio.play() {
        spawn_local(async move {
            // Refused when the sound cannot be had; the button then still says what it said.
            let _ = JsFuture::from(started).await;
        });
    }
}

/// The sentence that is spoken at a point; marks are in order and do not overlap.
fn spoken_at(marks: &[SpeechMark], ms: i32) -> Option<i32> {
    let after = marks.partition_point(|mark| mark.start_ms <= ms);
    let mark = marks.get(after.checked_sub(1)?)?;
    (ms < mark.end_ms).then_some(mark.sentence)
}

/// Minutes and seconds.
fn length(seconds: i32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Marks all pieces of a sentence, which may be cut by a list or a link.
fn mark(sentence: Option<i32>, spoken: bool) {
    let Some((document, sentence)) = browser::document().zip(sentence) else { return };
    let Ok(pieces) = document.query_selector_all(&format!(".article [data-s=\"{sentence}\"]"))
    else {
        return;
    };
    for piece in (0..pieces.length()).filter_map(|index| pieces.item(index)) {
        if let Ok(piece) = piece.dyn_into::<web_sys::Element>() {
            // Fails for malformed names only, and ours is a constant.
            let _ = piece.class_list().toggle_with_force(SPOKEN, spoken);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks() -> Vec<SpeechMark> {
        [(0, 0, 900), (1, 1_000, 2_000), (3, 2_000, 2_500)]
            .map(|(sentence, start_ms, end_ms)| SpeechMark { sentence, start_ms, end_ms })
            .to_vec()
    }

    #[test]
    fn the_spoken_sentence_is_the_one_whose_time_it_is() {
        let spoken = [0, 899, 1_000, 2_000, 2_499].map(|ms| spoken_at(&marks(), ms));

        assert_eq!(spoken, [Some(0), Some(0), Some(1), Some(3), Some(3)]);
    }

    #[test]
    fn a_pause_and_the_end_are_no_sentence() {
        assert_eq!(spoken_at(&marks(), 950), None);
        assert_eq!(spoken_at(&marks(), 2_500), None);
        assert_eq!(spoken_at(&[], 0), None);
    }

    #[test]
    fn a_length_reads_as_minutes_and_seconds() {
        assert_eq!(length(125), "2:05");
    }
}
