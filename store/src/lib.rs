//! The single table: key layout, items and entities, access patterns.
//!
//! Start at [`table`], the port that every home implements.

pub mod table;
