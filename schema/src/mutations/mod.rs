//! Mutations: one input, one answer, which is a union of one success and the refusals that are
//! possible. Resolvers are three steps: read the input, call one action, shape the answer.

mod account;
mod idempotency;
mod outcome;
mod post;
mod stage;
mod token;
mod upload;

use async_graphql::MergedObject;

use account::AccountMutations;
use post::PostMutations;
use stage::StageMutations;
use token::TokenMutations;
use upload::UploadMutations;

/// What can be changed.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AccountMutations,
    TokenMutations,
    PostMutations,
    UploadMutations,
    StageMutations,
);
