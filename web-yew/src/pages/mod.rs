//! One module for each address.

pub(crate) mod account;
pub(crate) mod ask_for_mail;
pub(crate) mod confirm;
pub(crate) mod deleted;
pub(crate) mod editor;
pub(crate) mod home;
pub(crate) mod not_found;
pub(crate) mod pipelines;
pub(crate) mod post;
pub(crate) mod reset;
pub(crate) mod search;
pub(crate) mod set_up;
pub(crate) mod sign_in;
pub(crate) mod studio;
pub(crate) mod tag;
