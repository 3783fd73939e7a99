//! What answers GraphQL, as the doors see it.

use async_graphql::{ObjectType, Request, Response, Schema, SubscriptionType};
use async_trait::async_trait;

/// Executes queries and mutations.
///
/// The door puts into the request's data: [`domain::account::Identity`] unless a guest asks,
/// [`schema::Client`] and [`schema::SessionCookieSlot`].
#[async_trait]
pub trait Executor: Send + Sync {
    /// Executes one operation. What goes wrong is in the answer.
    async fn execute(&self, request: Request) -> Response;

    /// The schema that describes what can be asked.
    fn sdl(&self) -> String;
}

#[async_trait]
impl<Query, Mutation, Subscription> Executor for Schema<Query, Mutation, Subscription>
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    async fn execute(&self, request: Request) -> Response {
        Schema::execute(self, request).await
    }

    fn sdl(&self) -> String {
        Schema::sdl(self)
    }
}

#[async_trait]
impl Executor for schema::Schema {
    async fn execute(&self, request: Request) -> Response {
        schema::Schema::execute(self, request).await
    }

    fn sdl(&self) -> String {
        schema::sdl()
    }
}
