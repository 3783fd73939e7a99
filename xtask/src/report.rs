//! What set-up could not install, as a person wants to read it.

use crate::setup::Missing;

/// Prints the list, or nothing when it is empty.
pub fn missing(list: &[Missing]) {
    if !list.is_empty() {
        println!("\n{}", text(list));
    }
}

fn text(list: &[Missing]) -> String {
    let mut text = String::from("Not installed; Deepdive works without, as said here:\n");
    for Missing { what, reason, consequence, remedy } in list {
        text += &format!(
            "\n  {what}: {reason}\n    what it means:  {consequence}\n    how to get it:  {remedy}\n"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_part_is_told_with_its_meaning_and_its_remedy() {
        let voice = Missing {
            what: "espeak-ng".into(),
            reason: "this is not root".into(),
            consequence: "posts are not read aloud",
            remedy: "apt-get install espeak-ng".into(),
        };
        let text = text(&[voice]);
        for part in
            ["espeak-ng: this is not root", "posts are not read aloud", "apt-get install espeak-ng"]
        {
            assert!(text.contains(part), "{text}");
        }
    }
}
