//! Pieces of pages.

pub(crate) mod article_text;
pub(crate) mod audio_player;
pub(crate) mod confirm;
pub(crate) mod contents;
pub(crate) mod copying;
pub(crate) mod entry;
pub(crate) mod field;
pub(crate) mod header;
pub(crate) mod icon;
pub(crate) mod lightbox;
pub(crate) mod notice;
pub(crate) mod page;
pub(crate) mod picture;
pub(crate) mod post_card;
pub(crate) mod sent;
pub(crate) mod status_board;
pub(crate) mod tag_list;
pub(crate) mod theme;
pub(crate) mod to;
