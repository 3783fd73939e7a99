//! The article read aloud: a player that stays in sight while it speaks, and the spoken sentence marked
//! in the text. A click on a sentence goes there; so do the keys J (back) and L (on) in the player.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, HtmlAudioElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::browser::{self, Listener};
use crate::components::field::typed;
use crate::components::icon::{Icon, icon};
use crate::graphql::queries::Speech;
use crate::state::listening::{Follow, SPEEDS, Scrolled, Timeline, View, speed};
use crate::strings::use_strings;

/// The chosen speed, kept in this browser.
const SPEED: &str = "deepdive.speed";
const SPOKEN: &str = "spoken";
/// One press of the buttons for that.
const SKIP_MS: i32 = 10_000;
/// What has a click of its own, wherever it stands in a sentence.
const CLICKABLE: &str = "a, button, input, summary, pre";

#[derive(Properties, PartialEq)]
pub(crate) struct AudioPlayerProps {
    pub(crate) speech: Speech,
    /// Of the post: what a downloaded file is called.
    pub(crate) title: AttrValue,
}

/// Nothing of the sound is fetched before the reader wants to hear it: its length is known from the
/// post.
#[component]
pub(crate) fn AudioPlayer(props: &AudioPlayerProps) -> Html {
    let strings = use_strings();
    let audio = use_node_ref();
    let bar = use_node_ref();
    let heard = use_state_eq(Heard::default);
    let failed = use_state_eq(|| false);
    let volume = use_state_eq(|| 100);
    let rate = use_state_eq(|| speed(browser::remembered(SPEED).as_deref()));
    let listening = {
        let (audio, bar, told) = (audio.clone(), bar.clone(), heard.setter());
        use_memo(props.speech.marks.clone(), move |marks| Listening {
            audio,
            bar,
            timeline: Timeline::new(marks.clone()),
            voice: RefCell::default(),
            told: Callback::from(move |now| told.set(now)),
        })
    };
    use_effect_with(listening.clone(), |listening| {
        let listeners = listening.listen();
        let listening = listening.clone();
        move || {
            drop(listeners);
            listening.fall_silent();
        }
    });
    // Another language of the pages draws the article anew, without its mark.
    use_effect_with(strings.language, {
        let listening = listening.clone();
        move |_| listening.mark_again()
    });
    use_effect_with((*rate, audio.clone()), |(rate, audio)| {
        if let (Some(audio), Ok(rate)) = (audio.cast::<HtmlAudioElement>(), rate.parse()) {
            // Fetching the sound sets the speed to the default one.
            audio.set_default_playback_rate(rate);
            audio.set_playback_rate(rate);
        }
    });

    // The button follows what the browser does, not what was asked of it.
    let on_change = {
        let listening = listening.clone();
        Callback::from(move |_: Event| listening.look())
    };
    let on_playing = {
        let (failed, on_change) = (failed.setter(), on_change.clone());
        Callback::from(move |event: Event| {
            failed.set(false);
            on_change.emit(event);
        })
    };
    let on_error = {
        let failed = failed.setter();
        Callback::from(move |_: Event| failed.set(true))
    };
    let does = |act: fn(&Rc<Listening>)| {
        let listening = listening.clone();
        Callback::from(move |_: MouseEvent| act(&listening))
    };
    let on_key = {
        let listening = listening.clone();
        Callback::from(move |event: KeyboardEvent| listening.pressed(&event))
    };
    let seek = {
        let listening = listening.clone();
        Callback::from(move |event: InputEvent| {
            if let Ok(second) = typed(&event).parse::<i32>() {
                listening.seek(second.saturating_mul(1_000));
            }
        })
    };
    let choose_speed = {
        let rate = rate.setter();
        Callback::from(move |event: Event| {
            let chosen =
                event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
            if let Some(select) = chosen {
                let chosen = speed(Some(&select.value()));
                browser::remember(SPEED, chosen);
                rate.set(chosen);
            }
        })
    };
    let choose_volume = {
        let (audio, volume) = (audio.clone(), volume.setter());
        Callback::from(move |event: InputEvent| {
            let chosen = typed(&event).parse::<i32>().ok().map(|chosen| chosen.clamp(0, 100));
            if let (Some(audio), Some(chosen)) = (audio.cast::<HtmlAudioElement>(), chosen) {
                audio.set_volume(f64::from(chosen) / 100.0);
                volume.set(chosen);
            }
        })
    };

    let Heard { playing, begun, away, second } = *heard;
    let seconds = props.speech.duration_ms.max(0) / 1000;
    let times = format!("{} / {}", length(second.min(seconds)), length(seconds));
    let sentences = !props.speech.marks.is_empty();
    html! {
        <section
            ref={bar}
            class={classes!("listen", begun.then_some("begun"))}
            data-testid="post-player"
            aria-label={strings.listen}
            lang={strings.language.tag()}
            onkeydown={on_key}
        >
            <audio
                ref={audio}
                preload="none"
                src={props.speech.url.clone()}
                data-testid="post-audio"
                onplay={on_playing}
                onpause={on_change.clone()}
                onseeked={on_change.clone()}
                ontimeupdate={on_change.clone()}
                onended={on_change}
                onerror={on_error}
            />
            <div class="listen-where">
                <input
                    type="range"
                    min="0"
                    max={seconds.to_string()}
                    step="1"
                    value={second.to_string()}
                    data-testid="listen-position"
                    aria-label={strings.position}
                    aria-valuetext={times.clone()}
                    oninput={seek}
                />
                <span class="listen-times" data-testid="listen-times">{ times }</span>
            </div>
            <div class="listen-controls">
                if sentences {
                    <button
                        type="button"
                        class="quiet"
                        data-testid="previous-sentence"
                        aria-label={strings.previous_sentence}
                        title={format!("{} (J)", strings.previous_sentence)}
                        aria-keyshortcuts="J"
                        onclick={does(|listening| listening.to_previous())}
                    >
                        { icon(Icon::Previous) }
                    </button>
                }
                <button
                    type="button"
                    class="quiet"
                    data-testid="back-10"
                    aria-label={strings.back_10}
                    title={format!("{} (←)", strings.back_10)}
                    aria-keyshortcuts="ArrowLeft"
                    onclick={does(|listening| listening.skip(-SKIP_MS))}
                >
                    { "−10" }
                </button>
                <button
                    type="button"
                    class="listen-button"
                    data-testid="listen"
                    aria-label={if playing { strings.pause } else { strings.listen }}
                    title={format!("{} (K)", if playing { strings.pause } else { strings.listen })}
                    aria-keyshortcuts="K"
                    onclick={does(|listening| listening.play_or_pause())}
                >
                    { icon(if playing { Icon::Pause } else { Icon::Play }) }
                </button>
                <button
                    type="button"
                    class="quiet"
                    data-testid="forward-10"
                    aria-label={strings.forward_10}
                    title={format!("{} (→)", strings.forward_10)}
                    aria-keyshortcuts="ArrowRight"
                    onclick={does(|listening| listening.skip(SKIP_MS))}
                >
                    { "+10" }
                </button>
                if sentences {
                    <button
                        type="button"
                        class="quiet"
                        data-testid="next-sentence"
                        aria-label={strings.next_sentence}
                        title={format!("{} (L)", strings.next_sentence)}
                        aria-keyshortcuts="L"
                        onclick={does(|listening| listening.to_next())}
                    >
                        { icon(Icon::Next) }
                    </button>
                }
                <select
                    aria-label={strings.speed}
                    title={strings.speed}
                    data-testid="listen-speed"
                    onchange={choose_speed}
                >
                    for offered in SPEEDS {
                        <option value={offered} selected={offered == *rate}>
                            { format!("{offered}×") }
                        </option>
                    }
                </select>
                <span class="listen-volume">
                    { icon(Icon::Volume) }
                    <input
                        type="range"
                        min="0"
                        max="100"
                        step="5"
                        value={volume.to_string()}
                        data-testid="listen-volume"
                        aria-label={strings.volume}
                        aria-valuetext={format!("{}%", *volume)}
                        oninput={choose_volume}
                    />
                </span>
                <a
                    class="button quiet"
                    href={props.speech.url.clone()}
                    download={format!("{}.mp3", props.title)}
                    data-testid="download-speech"
                    aria-label={strings.download_speech}
                    title={strings.download_speech}
                >
                    { icon(Icon::Download) }
                </a>
            </div>
            if *failed {
                <p class="problem" role="alert">{ strings.sound_failed }</p>
            }
            if away {
                <button
                    type="button"
                    class="small to-the-voice"
                    data-testid="to-the-voice"
                    onclick={does(|listening| listening.follow_again())}
                >
                    { strings.to_the_voice }
                </button>
            }
        </section>
    }
}

/// What the player shows of the sound.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Heard {
    playing: bool,
    /// Played, and not yet to its end: the player stays in sight, and a sentence is marked.
    begun: bool,
    /// It speaks what the reader has scrolled out of sight.
    away: bool,
    second: i32,
}

/// The sound and the article, held together.
struct Listening {
    audio: NodeRef,
    bar: NodeRef,
    timeline: Timeline,
    voice: RefCell<Voice>,
    told: Callback<Heard>,
}

#[derive(Default)]
struct Voice {
    begun: bool,
    /// The sentence that bears the mark.
    marked: Option<i32>,
    follow: Follow,
    /// Rings at the next sentence: the browser tells the time four times a second only.
    bell: Option<Timeout>,
}

impl PartialEq for Listening {
    fn eq(&self, other: &Self) -> bool {
        self.audio == other.audio && self.timeline == other.timeline
    }
}

impl Listening {
    /// Hears of clicks in the article and of all that scrolls, as long as the listeners live.
    fn listen(self: &Rc<Self>) -> Vec<Option<Listener>> {
        let on =
            |target: Option<web_sys::EventTarget>, event, act: fn(&Rc<Self>, &web_sys::Event)| {
                let listening = Rc::downgrade(self);
                Listener::on(target?, event, move |event| {
                    if let Some(listening) = listening.upgrade() {
                        act(&listening, &event);
                    }
                })
            };
        let window = || browser::window().map(Into::into);
        let by_reader: fn(&Rc<Self>, &web_sys::Event) =
            |listening, _| listening.scrolled(|_| Scrolled::ByReader);
        vec![
            // Not that of the page that the server wrote, which may still stand before it.
            on(
                browser::find(".article:not(.served)").map(Into::into),
                "click",
                |listening, event| {
                    listening.clicked(event);
                },
            ),
            on(window(), "wheel", by_reader),
            on(window(), "touchmove", by_reader),
            on(window(), "keydown", by_reader),
            on(window(), "scroll", |listening, _| {
                listening.scrolled(|spoken_seen| Scrolled::Somewhere { spoken_seen });
            }),
            on(window(), "scrollend", |listening, _| {
                listening.scrolled(|spoken_seen| Scrolled::Ended { spoken_seen });
            }),
        ]
    }

    fn audio(&self) -> Option<HtmlAudioElement> {
        self.audio.cast()
    }

    /// Brings the mark, the bell and the player to what the sound does now.
    fn look(self: &Rc<Self>) {
        let Some(audio) = self.audio() else { return };
        let playing = !audio.paused() && !audio.ended();
        let ms = milliseconds(&audio);
        {
            let mut voice = self.voice.borrow_mut();
            voice.begun = !audio.ended() && (voice.begun || playing);
            voice.bell = playing.then(|| self.bell(&audio, ms)).flatten();
            if !voice.begun {
                voice.follow = Follow::default();
            }
            let spoken = self.timeline.spoken_at(ms).filter(|_| voice.begun);
            if spoken != voice.marked {
                mark(voice.marked, false);
                mark(spoken, true);
                voice.marked = spoken;
                if let Some(sentence) = spoken.filter(|_| voice.follow.on) {
                    voice.follow = self.bring(sentence, voice.follow);
                }
            }
        }
        self.tell();
    }

    fn tell(&self) {
        let Some(audio) = self.audio() else { return };
        let voice = self.voice.borrow();
        self.told.emit(Heard {
            playing: !audio.paused() && !audio.ended(),
            begun: voice.begun,
            away: voice.marked.is_some() && !voice.follow.on,
            second: milliseconds(&audio) / 1_000,
        });
    }

    fn bell(self: &Rc<Self>, audio: &HtmlAudioElement, ms: i32) -> Option<Timeout> {
        let wait = f64::from(self.timeline.changes_after(ms)? - ms) / audio.playback_rate();
        let listening = Rc::downgrade(self);
        // A little late rather than a little early, when it would ring for nothing.
        Some(Timeout::new(wait as u32 + 10, move || {
            if let Some(listening) = listening.upgrade() {
                listening.look();
            }
        }))
    }

    /// Scrolls to a sentence that cannot be read where it is.
    fn bring(&self, sentence: i32, follow: Follow) -> Follow {
        let Some(piece) = pieces(sentence).into_iter().next() else { return follow };
        let place = piece.get_bounding_client_rect();
        if self.view().holds(place.top(), place.bottom()) {
            return follow;
        }
        browser::show(&piece);
        follow.after(Scrolled::ByUs)
    }

    /// The window below the player, which stays at its top once the sound began.
    fn view(&self) -> View {
        let height = browser::window_height();
        let bar = self.bar.cast::<Element>().map(|bar| bar.get_bounding_client_rect().bottom());
        View { top: bar.unwrap_or_default().clamp(0.0, height), bottom: height }
    }

    fn scrolled(&self, what: impl FnOnce(bool) -> Scrolled) {
        {
            let mut voice = self.voice.borrow_mut();
            let Some(sentence) = voice.marked else { return };
            let view = self.view();
            let seen = pieces(sentence).iter().any(|piece| {
                let place = piece.get_bounding_client_rect();
                view.shows(place.top(), place.bottom())
            });
            voice.follow = voice.follow.after(what(seen));
        }
        self.tell();
    }

    fn follow_again(&self) {
        {
            let mut voice = self.voice.borrow_mut();
            let Some(sentence) = voice.marked else { return };
            voice.follow = self.bring(sentence, Follow::default());
        }
        self.tell();
    }

    /// A plain click in a sentence goes there, unless it ends a selection or has a meaning of its own.
    fn clicked(self: &Rc<Self>, event: &web_sys::Event) {
        let Some(click) = event.dyn_ref::<web_sys::MouseEvent>() else { return };
        let plain = click.button() == 0
            && !(click.meta_key() || click.ctrl_key() || click.shift_key() || click.alt_key());
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(target) = target.filter(|_| plain && !browser::text_is_selected()) else { return };
        if !matches!(target.closest(CLICKABLE), Ok(None)) {
            return;
        }
        let sentence = target.closest("[data-s]").ok().flatten();
        let number = sentence.and_then(|sentence| sentence.get_attribute("data-s")?.parse().ok());
        if let Some(start) = number.and_then(|number| self.timeline.start_of(number)) {
            self.seek(start);
        }
    }

    fn pressed(self: &Rc<Self>, event: &KeyboardEvent) {
        if event.meta_key() || event.ctrl_key() || event.alt_key() {
            return;
        }
        let target = event.target();
        let own = |target: &web_sys::EventTarget| {
            target.has_type::<HtmlInputElement>() || target.has_type::<HtmlSelectElement>()
        };
        // Of the keyboard's place, not of the letter on it: a Korean one writes others there.
        match event.code().as_str() {
            "KeyJ" => self.to_previous(),
            "KeyK" => self.play_or_pause(),
            "KeyL" => self.to_next(),
            "ArrowLeft" | "ArrowRight" if target.as_ref().is_some_and(own) => return,
            "ArrowLeft" => self.skip(-SKIP_MS),
            "ArrowRight" => self.skip(SKIP_MS),
            _ => return,
        }
        event.prevent_default();
    }

    fn play_or_pause(&self) {
        let Some(audio) = self.audio() else { return };
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

    fn seek(self: &Rc<Self>, ms: i32) {
        if let Some(audio) = self.audio() {
            audio.set_current_time(f64::from(ms.max(0)) / 1_000.0);
            self.look();
        }
    }

    fn skip(self: &Rc<Self>, by: i32) {
        if let Some(audio) = self.audio() {
            self.seek(milliseconds(&audio) + by);
        }
    }

    fn to_next(self: &Rc<Self>) {
        let next = self.audio().and_then(|audio| self.timeline.next(milliseconds(&audio)));
        if let Some(next) = next {
            self.seek(next);
        }
    }

    fn to_previous(self: &Rc<Self>) {
        let previous = self.audio().and_then(|audio| self.timeline.previous(milliseconds(&audio)));
        self.seek(previous.unwrap_or_default());
    }

    fn mark_again(&self) {
        mark(self.voice.borrow().marked, true);
    }

    fn fall_silent(&self) {
        let mut voice = self.voice.borrow_mut();
        mark(voice.marked.take(), false);
        voice.bell = None;
    }
}

/// Where the sound is. Rounded: a time that was set comes back a hair before it.
fn milliseconds(audio: &HtmlAudioElement) -> i32 {
    (audio.current_time() * 1_000.0).round() as i32
}

/// Minutes and seconds.
fn length(seconds: i32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// All pieces of a sentence, which may be cut by a list or a link.
fn pieces(sentence: i32) -> Vec<Element> {
    let selector = format!(".article [data-s=\"{sentence}\"]");
    let found =
        browser::document().and_then(|document| document.query_selector_all(&selector).ok());
    let Some(found) = found else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect()
}

fn mark(sentence: Option<i32>, spoken: bool) {
    for piece in sentence.map(pieces).unwrap_or_default() {
        // Fails for malformed names only, and ours is a constant.
        let _ = piece.class_list().toggle_with_force(SPOKEN, spoken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_reads_as_minutes_and_seconds() {
        assert_eq!(length(125), "2:05");
    }
}
