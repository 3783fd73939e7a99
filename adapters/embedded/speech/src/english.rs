//! English as it is said: what a voice would read by its letters is written in words.

use crate::scan::{self, Number, Place};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Abbreviations of prose; the full stop belongs to them.
const ABBREVIATIONS: [(&str, &str); 16] = [
    ("e.g.", "for example"),
    ("i.e.", "that is"),
    ("etc.", "et cetera"),
    ("vs.", "versus"),
    ("vs", "versus"),
    ("cf.", "compare"),
    ("et al.", "and others"),
    ("a.k.a.", "also known as"),
    ("approx.", "approximately"),
    ("incl.", "including"),
    ("resp.", "respectively"),
    ("w/o", "without"),
    ("w/", "with"),
    ("Fig.", "figure"),
    ("Sec.", "section"),
    ("No.", "number"),
];

/// Behind a number: one, many.
const UNITS: [(&str, &str, &str); 34] = [
    ("ms", "millisecond", "milliseconds"),
    ("µs", "microsecond", "microseconds"),
    ("us", "microsecond", "microseconds"),
    ("ns", "nanosecond", "nanoseconds"),
    ("min", "minute", "minutes"),
    ("KiB", "kibibyte", "kibibytes"),
    ("MiB", "mebibyte", "mebibytes"),
    ("GiB", "gibibyte", "gibibytes"),
    ("KB", "kilobyte", "kilobytes"),
    ("kB", "kilobyte", "kilobytes"),
    ("MB/s", "megabyte per second", "megabytes per second"),
    ("GB/s", "gigabyte per second", "gigabytes per second"),
    ("MB", "megabyte", "megabytes"),
    ("GB", "gigabyte", "gigabytes"),
    ("TB", "terabyte", "terabytes"),
    ("Mbps", "megabit per second", "megabits per second"),
    ("Gbps", "gigabit per second", "gigabits per second"),
    ("kHz", "kilohertz", "kilohertz"),
    ("MHz", "megahertz", "megahertz"),
    ("GHz", "gigahertz", "gigahertz"),
    ("Hz", "hertz", "hertz"),
    ("px", "pixel", "pixels"),
    ("km/h", "kilometre per hour", "kilometres per hour"),
    ("km", "kilometre", "kilometres"),
    ("cm", "centimetre", "centimetres"),
    ("mm", "millimetre", "millimetres"),
    ("kg", "kilogram", "kilograms"),
    ("°C", "degree Celsius", "degrees Celsius"),
    ("req/s", "request per second", "requests per second"),
    ("fps", "frame per second", "frames per second"),
    ("s", "second", "seconds"),
    ("h", "hour", "hours"),
    ("x", "times", "times"),
    ("%", "percent", "percent"),
];

pub(crate) fn abbreviation(place: &Place<'_>) -> Option<(usize, String)> {
    if place.before.ends_with(|c: char| c.is_alphanumeric() || c == '.') {
        return None;
    }
    let (short, long) = ABBREVIATIONS.iter().find(|(short, _)| {
        let behind = match place.rest.get(..short.len()) {
            Some(start) if start == *short => &place.rest[short.len()..],
            _ => return false,
        };
        match *short {
            // Not every "No." is a number.
            "No." | "Fig." | "Sec." => {
                behind.trim_start().starts_with(|c: char| c.is_ascii_digit())
            }
            "w/" => behind.starts_with(' '),
            _ => !behind.starts_with(|c: char| c.is_alphanumeric()),
        }
    })?;
    // At the end of the sentence its full stop is also that of the abbreviation.
    let ends = short.ends_with('.') && place.rest[short.len()..].trim().is_empty();
    Some((short.len(), format!("{long}{}", if ends { "." } else { "" })))
}

pub(crate) fn date(place: &Place<'_>) -> Option<(usize, String)> {
    if !place.begins() {
        return None;
    }
    let ((year, month, day), length) = scan::date(place.rest)?;
    let name = MONTHS.get(usize::try_from(month).ok()?.checked_sub(1)?)?;
    Some((length, format!("{name} {}, {year}", ordinal(day))))
}

pub(crate) fn time(place: &Place<'_>) -> Option<(usize, String)> {
    if !place.begins() {
        return None;
    }
    let ((hour, minute, second), length) = scan::time(place.rest)?;
    let mut said = match minute {
        0 => format!("{hour} o'clock"),
        1..=9 => format!("{hour} oh {minute}"),
        _ => format!("{hour} {minute}"),
    };
    if let Some(second) = second {
        said += &format!(" and {}", counted(second, "second", "seconds"));
    }
    Some((length, said))
}

pub(crate) fn telephone(place: &Place<'_>) -> Option<(usize, String)> {
    if !place.begins() || place.before.ends_with(['-', '.']) {
        return None;
    }
    let (groups, length) = scan::telephone(place.rest)?;
    let groups: Vec<String> = groups
        .iter()
        .map(|group| group.chars().map(String::from).collect::<Vec<_>>().join(" "))
        .collect();
    Some((length, groups.join(", ")))
}

pub(crate) fn currency(place: &Place<'_>) -> Option<(usize, String)> {
    const MONEY: [(&str, &str, &str, &str, &str); 4] = [
        ("$", "dollar", "dollars", "cent", "cents"),
        ("€", "euro", "euros", "cent", "cents"),
        ("£", "pound", "pounds", "penny", "pence"),
        ("₩", "won", "won", "", ""),
    ];
    let (sign, one, many, cent, cents) =
        MONEY.iter().find(|(sign, ..)| place.rest.starts_with(sign))?;
    let (number, behind) = Number::of(&place.rest[sign.len()..])?;
    let mut length = place.rest.len() - behind.len();
    const SCALES: [(&str, &str); 3] = [("K", "thousand"), ("M", "million"), ("B", "billion")];
    let scale = SCALES.iter().find(|(short, _)| {
        behind.strip_prefix(short).is_some_and(|b| !b.starts_with(|c: char| c.is_alphanumeric()))
    });
    if let Some((short, scale)) = scale {
        length += short.len();
        return Some((length, format!("{} {scale} {many}", decimal(number))));
    }
    let whole: u64 = number.whole().parse().ok()?;
    let decimals: Vec<&str> = number.decimals().collect();
    let said = match decimals.as_slice() {
        [] => counted(whole, one, many),
        [small] if small.len() == 2 && !cent.is_empty() => {
            let small: u64 = small.parse().ok()?;
            let large = counted(whole, one, many);
            match (whole, small) {
                (_, 0) => large,
                (0, _) => counted(small, cent, cents),
                _ => format!("{large} and {}", counted(small, cent, cents)),
            }
        }
        _ => format!("{} {many}", decimal(number)),
    };
    Some((length, said))
}

pub(crate) fn version(place: &Place<'_>) -> Option<(usize, String)> {
    if !place.begins() {
        return None;
    }
    let behind = place.rest.strip_prefix(['v', 'V'])?;
    let (number, _) = Number::of(behind)?;
    Some((1 + number.0.len(), format!("version {}", decimal(number))))
}

/// Numbers, ranges of them, and the units behind.
pub(crate) fn number(place: &Place<'_>) -> Option<(usize, String)> {
    if !place.begins() && !place.before.ends_with(['v', 'V']) {
        return None;
    }
    let (rest, hash) = match place.rest.strip_prefix('#') {
        Some(rest) => (rest, true),
        None => (place.rest, false),
    };
    let (number, behind) = Number::of(rest)?;
    if hash {
        return Some((1 + number.0.len(), format!("number {}", number.0)));
    }
    let mut said = decimal(number);
    let mut last = number;
    let mut behind = behind;
    if let Some((to, after)) = scan::range_to(behind)
        && !place.before.ends_with('-')
    {
        said = format!("{said} to {}", decimal(to));
        (last, behind) = (to, after);
    } else if let Some(after) = behind.strip_prefix('/')
        && let Some((below, after)) = scan::digits(after, 2)
        && let (Some(above), Ok(value)) = (number.value(), below.parse::<u64>())
        && !after.starts_with('/')
    {
        let joint = if above < value && value <= 10 { "over" } else { "" };
        return Some((place.rest.len() - after.len(), format!("{said} {joint} {below}")));
    }
    let length = place.rest.len() - behind.len();
    let (unit, length) = match unit(behind) {
        Some((one, many, taken)) => {
            let name = if last.value() == Some(1) && last == number { one } else { many };
            (format!(" {name}"), length + taken)
        }
        None => (String::new(), length),
    };
    Some((length, said + &unit))
}

fn unit(behind: &str) -> Option<(&'static str, &'static str, usize)> {
    let spaced = behind.strip_prefix(' ');
    let text = spaced.unwrap_or(behind);
    let (short, one, many) = UNITS.iter().find(|(short, ..)| {
        let single = short.len() == 1 && *short != "%";
        text.strip_prefix(short).is_some_and(|after| {
            let whole = !after.starts_with(|c: char| c.is_alphanumeric());
            whole && (spaced.is_none() || !single)
        })
    })?;
    Some((one, many, short.len() + usize::from(spaced.is_some())))
}

/// Several points are those of a version; each is said, so that no voice takes them for full stops.
fn decimal(number: Number<'_>) -> String {
    let points = number.decimals().count();
    match points {
        0 | 1 => number.0.to_owned(),
        3 => number.0.replace('.', " dot "),
        _ => number.0.replace('.', " point "),
    }
}

fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn ordinal(n: u64) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}
