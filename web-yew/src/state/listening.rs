//! Listening to a post: which sentence is spoken when, and whether the page follows the voice.

use crate::graphql::queries::SpeechMark;

/// What a reader can choose from, as the browser is told.
pub(crate) const SPEEDS: [&str; 6] = ["0.75", "1", "1.25", "1.5", "1.75", "2"];

/// Of those that are offered, the one that was kept from an earlier visit; else the voice's own.
pub(crate) fn speed(kept: Option<&str>) -> &'static str {
    SPEEDS.into_iter().find(|speed| Some(*speed) == kept).unwrap_or("1")
}

/// So far into a sentence, "previous" means its own beginning.
const BEGUN_MS: i32 = 1_500;

/// When each sentence is spoken.
#[derive(PartialEq, Debug)]
pub(crate) struct Timeline(Vec<SpeechMark>);

impl Timeline {
    pub(crate) fn new(mut marks: Vec<SpeechMark>) -> Self {
        marks.sort_by_key(|mark| mark.start_ms);
        Self(marks)
    }

    /// The sentence that is spoken at a point. A pause belongs to the sentence before it, so that the
    /// mark in the text does not flicker.
    pub(crate) fn spoken_at(&self, ms: i32) -> Option<i32> {
        let mark = self.0.get(self.begun(ms).checked_sub(1)?)?;
        let over = self.0.last().is_none_or(|last| ms >= last.end_ms);
        (!over).then_some(mark.sentence)
    }

    /// When that changes next.
    pub(crate) fn changes_after(&self, ms: i32) -> Option<i32> {
        let next = self.0.get(self.begun(ms)).map(|mark| mark.start_ms);
        next.or_else(|| self.0.last().map(|last| last.end_ms).filter(|end| *end > ms))
    }

    /// When a sentence begins; of one that is not spoken, when the next one in the text does.
    pub(crate) fn start_of(&self, sentence: i32) -> Option<i32> {
        let behind = self.0.iter().filter(|mark| mark.sentence >= sentence);
        behind.min_by_key(|mark| mark.sentence).map(|mark| mark.start_ms)
    }

    /// The beginning of the sentence behind the one at a point.
    pub(crate) fn next(&self, ms: i32) -> Option<i32> {
        self.0.get(self.begun(ms)).map(|mark| mark.start_ms)
    }

    /// The beginning of the sentence at a point, or of the one before when it has hardly begun.
    pub(crate) fn previous(&self, ms: i32) -> Option<i32> {
        let current = self.begun(ms).checked_sub(1)?;
        let start = self.0.get(current)?.start_ms;
        if ms - start > BEGUN_MS {
            return Some(start);
        }
        self.0.get(current.saturating_sub(1)).map(|mark| mark.start_ms)
    }

    /// How many sentences have begun at a point.
    fn begun(&self, ms: i32) -> usize {
        self.0.partition_point(|mark| mark.start_ms <= ms)
    }
}

/// The part of the window in which text can be read: below the player, in pixels.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct View {
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

impl View {
    /// Whether any of a sentence can be read.
    pub(crate) fn shows(self, top: f64, bottom: f64) -> bool {
        bottom > self.top && top < self.bottom
    }

    /// Whether a sentence can be read without scrolling, or, when it is a long one, begins high enough.
    pub(crate) fn holds(self, top: f64, bottom: f64) -> bool {
        let upper_third = self.top + (self.bottom - self.top) / 3.0;
        top >= self.top && (bottom <= self.bottom || top <= upper_third)
    }
}

/// Whether the page goes with the voice. It does until the reader scrolls the spoken sentence out of
/// the window, and again as soon as it is back in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Follow {
    /// It does.
    pub(crate) on: bool,
    /// A scrolling of ours is on its way, so that what is to be seen is not the reader's choice.
    moving: bool,
}

impl Default for Follow {
    fn default() -> Self {
        Self { on: true, moving: false }
    }
}

/// What moved the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scrolled {
    /// We, towards the spoken sentence.
    ByUs,
    /// A wheel, a finger or a key: from here on it is the reader's scrolling.
    ByReader,
    /// One of both; whether the spoken sentence can be seen now.
    Somewhere { spoken_seen: bool },
    /// It came to rest.
    Ended { spoken_seen: bool },
}

impl Follow {
    pub(crate) fn after(self, scrolled: Scrolled) -> Self {
        match scrolled {
            Scrolled::ByUs => Self { on: true, moving: true },
            Scrolled::ByReader => Self { moving: false, ..self },
            Scrolled::Somewhere { spoken_seen: true } => Self { on: true, moving: false },
            Scrolled::Somewhere { spoken_seen: false } if self.moving => self,
            Scrolled::Somewhere { spoken_seen: false } => Self { on: false, moving: false },
            Scrolled::Ended { spoken_seen } => Self { on: spoken_seen, moving: false },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline() -> Timeline {
        let marks = [(0, 0, 900), (1, 1_000, 4_000), (3, 4_000, 4_500)];
        Timeline::new(
            marks
                .map(|(sentence, start_ms, end_ms)| SpeechMark { sentence, start_ms, end_ms })
                .to_vec(),
        )
    }

    #[test]
    fn the_spoken_sentence_is_the_one_whose_time_it_is() {
        let spoken = [0, 899, 1_000, 3_999, 4_000, 4_499].map(|ms| timeline().spoken_at(ms));

        assert_eq!(spoken, [Some(0), Some(0), Some(1), Some(1), Some(3), Some(3)]);
    }

    #[test]
    fn a_pause_belongs_to_the_sentence_before_it_and_the_end_to_none() {
        assert_eq!(timeline().spoken_at(950), Some(0));
        assert_eq!(timeline().spoken_at(4_500), None);
        assert_eq!(timeline().spoken_at(-1), None);
        assert_eq!(Timeline::new(Vec::new()).spoken_at(0), None);
    }

    #[test]
    fn the_next_change_is_the_next_beginning_and_at_last_the_end() {
        let changes = [0, 950, 1_000, 4_000, 4_500].map(|ms| timeline().changes_after(ms));

        assert_eq!(changes, [Some(1_000), Some(1_000), Some(4_000), Some(4_500), None]);
    }

    #[test]
    fn a_sentence_without_a_sound_leads_to_the_next_one_that_has_one() {
        let starts = [0, 1, 2, 3, 4].map(|sentence| timeline().start_of(sentence));

        assert_eq!(starts, [Some(0), Some(1_000), Some(4_000), Some(4_000), None]);
    }

    #[test]
    fn back_is_the_beginning_of_the_sentence_and_then_the_one_before() {
        let backs = [500, 1_100, 3_000, 4_100].map(|ms| timeline().previous(ms));

        assert_eq!(backs, [Some(0), Some(0), Some(1_000), Some(1_000)]);
    }

    #[test]
    fn on_is_the_next_sentence_and_behind_the_last_there_is_none() {
        assert_eq!(
            [0, 2_000, 4_000].map(|ms| timeline().next(ms)),
            [Some(1_000), Some(4_000), None]
        );
    }

    #[test]
    fn marks_that_come_in_disorder_are_put_in_order() {
        let mut marks = timeline().0;
        marks.reverse();

        assert_eq!(Timeline::new(marks), timeline());
    }

    #[test]
    fn only_a_speed_that_is_offered_is_kept() {
        assert_eq!([Some("1.5"), Some("16"), None].map(speed), ["1.5", "1", "1"]);
    }

    const VIEW: View = View { top: 100.0, bottom: 700.0 };

    #[test]
    fn a_sentence_below_the_player_and_within_the_window_needs_no_scrolling() {
        assert!(VIEW.holds(100.0, 150.0));
        assert!(!VIEW.holds(60.0, 110.0), "it is half behind the player");
        assert!(!VIEW.holds(680.0, 720.0), "its end is below the window");
        assert!(
            VIEW.holds(150.0, 1_500.0),
            "it is longer than the window, and begins in its upper part"
        );
    }

    #[test]
    fn the_page_follows_until_the_reader_scrolls_away_and_again_when_they_come_back() {
        let away = Follow::default().after(Scrolled::Somewhere { spoken_seen: false });
        assert!(!away.on);

        let back = away.after(Scrolled::Somewhere { spoken_seen: true });
        assert!(back.on);
    }

    #[test]
    fn a_scrolling_of_ours_that_is_on_its_way_is_not_taken_for_the_readers() {
        let moving = Follow::default().after(Scrolled::ByUs);

        assert!(moving.after(Scrolled::Somewhere { spoken_seen: false }).on);
        assert!(!moving.after(Scrolled::Ended { spoken_seen: false }).on);
        let taken_over = moving.after(Scrolled::ByReader);
        assert!(!taken_over.after(Scrolled::Somewhere { spoken_seen: false }).on);
    }

    #[test]
    fn a_sentence_at_the_edge_is_seen_and_one_behind_the_player_is_not() {
        assert!(VIEW.shows(690.0, 740.0));
        assert!(!VIEW.shows(40.0, 90.0));
    }
}
