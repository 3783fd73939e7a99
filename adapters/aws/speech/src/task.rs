//! The two tasks of a section, and how both are named at once.

use domain::ports::OutsideId;

/// A task, and where it puts what it made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) key: String,
}

/// What Polly was asked for a section.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tasks {
    pub(crate) sound: Task,
    pub(crate) marks: Task,
}

/// The end of a task's key behind `prefix`, and with it the task, as its address has it.
pub(crate) fn end_of(address: &str, prefix: &str, task: &str) -> Option<String> {
    let (_, end) = address.split_once(&format!("{prefix}."))?;
    let extension = end.strip_prefix(task)?.strip_prefix('.')?;
    let plain = extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (!extension.is_empty() && plain).then(|| end.to_owned())
}

impl Tasks {
    /// One name for both: where their keys begin, and how each ends.
    pub(crate) fn outside(prefix: &str, sound: &str, marks: &str) -> OutsideId {
        OutsideId(format!("{prefix} {sound} {marks}"))
    }

    /// Reads such a name; none for anything else.
    pub(crate) fn read(outside: &OutsideId) -> Option<Tasks> {
        let parts: Vec<&str> = outside.0.split(' ').collect();
        let [prefix, sound, marks] = parts[..] else { return None };
        let task = |end: &str| {
            let (id, _) = end.rsplit_once('.')?;
            Some(Task { id: id.to_owned(), key: format!("{prefix}.{end}") })
        };
        Some(Tasks { sound: task(sound)?, marks: task(marks)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tasks_are_read_from_one_name() {
        let prefix = "polly/p1/section-1";
        let address = "https://s3.us-east-1.amazonaws.com/blog/polly/p1/section-1.ab-12.mp3";
        let sound = end_of(address, prefix, "ab-12").unwrap();
        let tasks = Tasks::read(&Tasks::outside(prefix, &sound, "cd-34.marks")).unwrap();
        let task = |id: &str, key: &str| Task { id: id.to_owned(), key: key.to_owned() };
        assert_eq!(tasks.sound, task("ab-12", "polly/p1/section-1.ab-12.mp3"));
        assert_eq!(tasks.marks, task("cd-34", "polly/p1/section-1.cd-34.marks"));
    }

    #[test]
    fn another_form_is_noticed() {
        for address in ["", "s3://b/p.ab.mp3", "s3://b/x.ab-12", "s3://b/x.ab-12.m p3"] {
            assert_eq!(end_of(address, "x", "ab-12"), None, "{address}");
        }
        for outside in ["", "task-7", "a b", "a b c", "a b.c d.e f.g"] {
            assert_eq!(Tasks::read(&OutsideId(outside.to_owned())), None, "{outside}");
        }
    }
}
