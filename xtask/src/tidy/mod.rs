//! Rules of the repository itself, as tests.
