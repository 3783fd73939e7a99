//! One module for each address.

pub(crate) mod editor;
pub(crate) mod home;
pub(crate) mod not_found;
pub(crate) mod pipelines;
pub(crate) mod post;
pub(crate) mod search;
pub(crate) mod set_up;
pub(crate) mod sign_in;
pub(crate) mod studio;
