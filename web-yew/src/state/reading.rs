//! Where in an article the reader is.

/// How far down the window a heading counts as reached, in parts of its height.
const REACHED: f64 = 0.3;

/// The heading whose text is being read: the last one that is in the window's upper part or above it; at
/// the end of the page, the last one that can be seen. `top` tells where the heading of a number is in
/// the window, in pixels; they lie in order.
pub(crate) fn current_heading(
    n_headings: usize,
    window_height: f64,
    at_end: bool,
    top: impl Fn(usize) -> f64,
) -> Option<usize> {
    let line = if at_end { window_height } else { window_height * REACHED };
    let (mut from, mut to) = (0, n_headings);
    while from < to {
        let middle = from + (to - from) / 2;
        if top(middle) <= line {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    from.checked_sub(1)
}

/// How much of an article has passed through the window, in percent. `top` and `height` are the
/// article's, in pixels, `top` counted from the window's top.
pub(crate) fn read_percent(top: f64, height: f64, window_height: f64) -> u32 {
    // What fits into the window has nothing to scroll.
    let way = height - window_height;
    let gone = if way > 0.0 { -top / way } else { f64::from(u8::from(top < 0.0)) };
    (gone.clamp(0.0, 1.0) * 100.0).round() as u32
}

/// Scrolled so far that a way back to the top is worth a button.
pub(crate) fn far_from_top(scrolled: f64, window_height: f64) -> bool {
    scrolled > 1.5 * window_height
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tops: &[f64], at_end: bool, expected: Option<usize>) {
        assert_eq!(current_heading(tops.len(), 1_000.0, at_end, |n| tops[n]), expected);
    }

    #[test]
    fn the_current_heading_is_the_last_one_that_was_reached() {
        check(&[400.0, 900.0], false, None);
        check(&[300.0, 900.0], false, Some(0));
        check(&[-900.0, -20.0, 310.0], false, Some(1));
        check(&[-3.0, -2.0, -1.0], false, Some(2));
        check(&[], false, None);
    }

    #[test]
    fn at_the_end_of_the_page_a_short_last_section_is_current_too() {
        check(&[-20.0, 600.0, 800.0], true, Some(2));
    }

    #[test]
    fn an_article_is_read_when_its_end_is_in_the_window() {
        assert_eq!(read_percent(200.0, 3_000.0, 1_000.0), 0);
        assert_eq!(read_percent(-1_000.0, 3_000.0, 1_000.0), 50);
        assert_eq!(read_percent(-2_500.0, 3_000.0, 1_000.0), 100);
    }

    #[test]
    fn a_short_article_is_read_once_it_is_scrolled() {
        assert_eq!(read_percent(10.0, 500.0, 1_000.0), 0);
        assert_eq!(read_percent(-10.0, 500.0, 1_000.0), 100);
    }
}
