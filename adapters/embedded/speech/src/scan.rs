//! Walks over a text and puts words in place of what is not written as it is said.

use domain::text::Language;

/// A place in a text.
pub(crate) struct Place<'a> {
    pub(crate) before: &'a str,
    pub(crate) rest: &'a str,
    pub(crate) language: Language,
}

/// Looks at a place: how many bytes it takes there, and what is said for them.
pub(crate) type Rule = fn(&Place<'_>) -> Option<(usize, String)>;

impl Place<'_> {
    /// Whether a word may begin here: no Latin letter and no digit stands before.
    pub(crate) fn begins(&self) -> bool {
        !self.before.ends_with(|c: char| c.is_ascii_alphanumeric())
    }

    /// One of two words.
    pub(crate) fn say<'w>(&self, english: &'w str, korean: &'w str) -> &'w str {
        match self.language {
            Language::English => english,
            Language::Korean => korean,
        }
    }
}

/// Applies the first rule that fits at each place.
pub(crate) fn rewrite(text: &str, language: Language, rules: &[Rule]) -> String {
    let mut said = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let (before, rest) = text.split_at(at);
        let place = Place { before, rest, language };
        match rules.iter().find_map(|rule| rule(&place)) {
            Some((length, words)) if length > 0 => {
                said.push_str(&words);
                at += length;
            }
            _ => {
                let Some(c) = rest.chars().next() else { break };
                said.push(c);
                at += c.len_utf8();
            }
        }
    }
    said
}

/// The digits that a text begins with, at most so many; `None` without any, or when more follow.
pub(crate) fn digits(text: &str, most: usize) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (1..=most).contains(&end).then(|| text.split_at(end))
}

/// A number as it is written: digits, commas between threes, points between digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number<'a>(pub(crate) &'a str);

impl<'a> Number<'a> {
    /// The number that the text begins with.
    pub(crate) fn of(text: &'a str) -> Option<(Self, &'a str)> {
        let bytes = text.as_bytes();
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        let mut at = 0;
        while digit(at) {
            at += 1;
            let threes = bytes.get(at) == Some(&b',')
                && digit(at + 1)
                && digit(at + 2)
                && digit(at + 3)
                && !digit(at + 4);
            let point = bytes.get(at) == Some(&b'.') && digit(at + 1);
            if threes || point {
                at += 1;
            }
        }
        (at > 0).then(|| (Number(&text[..at]), &text[at..]))
    }

    /// Without commas, before the first point.
    pub(crate) fn whole(self) -> String {
        self.0.split('.').next().unwrap_or_default().replace(',', "")
    }

    /// What stands behind each point.
    pub(crate) fn decimals(self) -> impl Iterator<Item = &'a str> {
        self.0.split('.').skip(1)
    }

    /// Its value, when it is a whole number.
    pub(crate) fn value(self) -> Option<u64> {
        if self.0.contains('.') { None } else { self.whole().parse().ok() }
    }
}

/// Year, month and day, written with the largest first.
pub(crate) fn date(text: &str) -> Option<((u64, u64, u64), usize)> {
    let (year, rest) = digits(text, 4).filter(|(year, _)| year.len() == 4)?;
    let mark = rest.chars().next().filter(|mark| matches!(mark, '-' | '.' | '/'))?;
    let skip = |rest: &'_ str| -> Option<usize> {
        let behind = rest.strip_prefix(mark)?;
        // "2024. 5. 3." has blanks.
        let blank = usize::from(mark == '.' && behind.starts_with(' '));
        Some(1 + blank)
    };
    let rest = &rest[skip(rest)?..];
    let (month, rest) = digits(rest, 2)?;
    let rest = &rest[skip(rest)?..];
    let (day, rest) = digits(rest, 2)?;
    let rest = if mark == '.' {
        rest.strip_prefix('.').filter(|_| rest.len() > 1).unwrap_or(rest)
    } else {
        rest
    };
    if rest.starts_with(|c: char| c.is_ascii_digit()) || rest.starts_with(['-', '/']) {
        return None;
    }
    let number = |digits: &str| digits.parse::<u64>().ok();
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    ((1..=12).contains(&month) && (1..=31).contains(&day))
        .then(|| ((year, month, day), text.len() - rest.len()))
}

/// Hour, minute and perhaps second.
type Clock = (u64, u64, Option<u64>);

/// A time with colons between.
pub(crate) fn time(text: &str) -> Option<(Clock, usize)> {
    let number = |digits: &str| digits.parse::<u64>().ok();
    let two = |rest: &'_ str| -> Option<u64> {
        let (digits, _) = digits(rest.strip_prefix(':')?, 2)?;
        number(digits).filter(|value| digits.len() == 2 && *value < 60)
    };
    let (hour, rest) = digits(text, 2)?;
    let hour = number(hour).filter(|hour| *hour <= 24)?;
    let minute = two(rest)?;
    let rest = &rest[3..];
    let second = two(rest);
    let rest = if second.is_some() { &rest[3..] } else { rest };
    if rest.starts_with(':') {
        return None;
    }
    Some(((hour, minute, second), text.len() - rest.len()))
}

/// Groups of digits with dashes between, as telephone numbers have them.
pub(crate) fn telephone(text: &str) -> Option<(Vec<&str>, usize)> {
    let mut groups = Vec::new();
    let mut rest = text;
    while let Some((group, behind)) = digits(rest, 4) {
        groups.push(group);
        rest = behind;
        match behind.strip_prefix('-') {
            Some(after) if after.starts_with(|c: char| c.is_ascii_digit()) => rest = after,
            _ => break,
        }
    }
    let n_digits: usize = groups.iter().map(|group| group.len()).sum();
    let domestic = groups.first().is_some_and(|first| first.starts_with('0'));
    let ends = !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    let enough =
        (groups.len() >= 3 && n_digits >= 9) || (groups.len() == 2 && n_digits >= 8 && domestic);
    (enough && ends).then(|| (groups, text.len() - rest.len()))
}

/// What stands between the numbers of a range, and the second number.
pub(crate) fn range_to(text: &str) -> Option<(Number<'_>, &str)> {
    let rest = text
        .strip_prefix('~')
        .or_else(|| text.strip_prefix('–'))
        .or_else(|| text.strip_prefix('〜'))
        .or_else(|| text.strip_prefix('-'))
        .or_else(|| text.strip_prefix(" ~ "))
        .or_else(|| text.strip_prefix(" – "))?;
    let (number, behind) = Number::of(rest)?;
    // 1-2-3 and 10-k are no ranges.
    let other = behind.starts_with('-') || behind.starts_with('~');
    (!other && !number.0.starts_with("00")).then_some((number, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_times_and_telephone_numbers_are_known() {
        assert_eq!(date("2026-11-24에"), Some(((2026, 11, 24), 10)));
        assert_eq!(date("2024. 5. 3. 발표"), Some(((2024, 5, 3), 11)));
        assert_eq!(
            (date("2026-13-01"), date("10.0.0.1"), date("2026-11-24-x")),
            (None, None, None)
        );
        assert_eq!(time("13:30:05."), Some(((13, 30, Some(5)), 8)));
        assert_eq!((time("9:5"), time("99:10"), time("1:2:3:4")), (None, None, None));
        assert_eq!(
            telephone("010-1234-5678로").map(|(groups, n)| (groups.len(), n)),
            Some((3, 13))
        );
        assert_eq!((telephone("10-20"), telephone("2026-11")), (None, None));
    }
}
