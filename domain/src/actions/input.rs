//! What an author sends of a post, and the rules for it.

use crate::actions::Refusal;
use crate::post::{BODY_BYTES, Category, TAGS, TITLE_CHARS, Visibility};
use crate::{Slug, Tag};

/// New values; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostInput {
    /// Up to 100 characters; may be empty until it is published.
    pub title: Option<String>,
    /// Markdown, at most 200 KB.
    pub markdown: Option<String>,
    /// At most 12.
    pub tags: Option<Vec<String>>,
    /// Readers find it there after the next publication.
    pub category: Option<Category>,
    /// Reserved for this post at once.
    pub slug: Option<String>,
    /// Takes effect at once, whatever is published.
    pub visibility: Option<Visibility>,
}

/// The same after the rules were applied.
#[derive(Clone, Debug)]
pub(crate) struct ValidInput {
    pub title: Option<String>,
    pub markdown: Option<String>,
    pub tags: Option<Vec<Tag>>,
    pub category: Option<Category>,
    pub slug: Option<Slug>,
    pub visibility: Option<Visibility>,
}

impl PostInput {
    pub(crate) fn validate(self) -> Result<ValidInput, Refusal> {
        let title = self.title.map(|title| title.trim().to_owned());
        if let Some(title) = &title {
            let chars = title.chars().count();
            if chars > TITLE_CHARS {
                let message =
                    format!("a title has at most {TITLE_CHARS} characters, this has {chars}");
                return Err(Refusal::invalid("title", message));
            }
            if title.chars().any(char::is_control) {
                return Err(Refusal::invalid(
                    "title",
                    "a title has no line breaks or control characters",
                ));
            }
        }
        if let Some(markdown) = &self.markdown
            && markdown.len() > BODY_BYTES
        {
            let message =
                format!("a body has at most {BODY_BYTES} bytes, this has {}", markdown.len());
            return Err(Refusal::invalid("markdown", message));
        }
        let tags = self.tags.map(valid_tags).transpose()?;
        let slug = self
            .slug
            .map(|slug| Slug::parse(&slug).map_err(|e| Refusal::invalid("slug", e.to_string())))
            .transpose()?;
        let PostInput { markdown, category, visibility, .. } = self;
        Ok(ValidInput { title, markdown, tags, category, slug, visibility })
    }
}

fn valid_tags(tags: Vec<String>) -> Result<Vec<Tag>, Refusal> {
    let tags = tags
        .iter()
        .map(|tag| Tag::parse(tag).map_err(|e| Refusal::invalid("tags", e.to_string())))
        .collect::<Result<Vec<_>, _>>()?;
    let tags = Tag::without_doubles(tags);
    if tags.len() > TAGS {
        let message = format!("a post has at most {TAGS} tags, this has {}", tags.len());
        return Err(Refusal::invalid("tags", message));
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_field(input: PostInput) -> Option<&'static str> {
        match input.validate() {
            Err(Refusal::Invalid { field, .. }) => Some(field),
            _ => None,
        }
    }

    #[test]
    fn what_is_too_long_is_refused_by_its_field() {
        let title = |n: usize| PostInput { title: Some("가".repeat(n)), ..Default::default() };
        assert_eq!(refused_field(title(100)), None);
        assert_eq!(refused_field(title(101)), Some("title"));

        let body = |n: usize| PostInput { markdown: Some("a".repeat(n)), ..Default::default() };
        assert_eq!(refused_field(body(BODY_BYTES)), None);
        assert_eq!(refused_field(body(BODY_BYTES + 1)), Some("markdown"));
    }

    #[test]
    fn sixty_tags_are_refused_but_sixty_of_the_same_are_one() {
        let tags = |tag: fn(usize) -> String| PostInput {
            tags: Some((0..60).map(tag).collect()),
            ..Default::default()
        };
        assert_eq!(refused_field(tags(|n| format!("t{n}"))), Some("tags"));
        assert_eq!(tags(|_| "Rust".into()).validate().unwrap().tags.unwrap().len(), 1);
    }
}
