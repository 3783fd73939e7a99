//! The one socket of the page, and the hook by which a component hears it.

mod engine;
mod web;

use std::rc::Rc;

use cynic::{GraphQlResponse, StreamingOperation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use yew::prelude::*;

pub(crate) use engine::{Delivery, Link};
pub(crate) use web::Socket;

use crate::graphql::subscriptions::PipelineFrame;
use crate::state::board::Board;

/// A subscription as the socket sends it.
///
/// # Errors
/// When the operation does not serialise, which only a fault of this crate can cause.
fn request<Q, V: Serialize>(
    operation: &StreamingOperation<Q, V>,
) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::to_value(operation)
}

/// Reads a delivered answer; `None` for one that carries no data.
fn data<Q: DeserializeOwned>(answer: &str) -> Option<Q> {
    serde_json::from_str::<GraphQlResponse<Q>>(answer).ok()?.data
}

/// A board, and why it stands still if it does.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct LiveBoard {
    pub(crate) board: Rc<Board>,
    pub(crate) refused: Option<AttrValue>,
}

/// Keeps a board up to date for as long as the component lives. `key` names what is subscribed;
/// `operation` builds it.
#[hook]
pub(crate) fn use_live_board<K, Q, V>(
    key: K,
    operation: fn(&K) -> StreamingOperation<Q, V>,
    frame: fn(Q) -> PipelineFrame,
) -> LiveBoard
where
    K: PartialEq + 'static,
    Q: DeserializeOwned + 'static,
    V: Serialize + 'static,
{
    let board = use_reducer_eq(Board::default);
    let refused = use_state_eq(|| None::<AttrValue>);
    let socket = use_context::<Socket>();
    {
        let (dispatcher, refused) = (board.dispatcher(), refused.setter());
        use_effect_with((key, socket), move |(key, socket)| {
            let told = Callback::from(move |delivery| match delivery {
                Delivery::Next(answer) => {
                    if let Some(data) = data::<Q>(&answer) {
                        dispatcher.dispatch(frame(data));
                    }
                }
                Delivery::Refused(reason) => refused.set(Some(reason.into())),
                Delivery::Ended => refused.set(Some(AttrValue::Static(""))),
            });
            let subscribed = socket
                .as_ref()
                .zip(request(&operation(key)).ok())
                .map(|(socket, request)| socket.subscribe(request, told));
            move || drop(subscribed)
        });
    }
    LiveBoard { board: board_of(&board), refused: (*refused).clone() }
}

fn board_of(handle: &UseReducerHandle<Board>) -> Rc<Board> {
    Rc::new((**handle).clone())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use cynic::SubscriptionBuilder;

    use super::*;
    use crate::graphql::subscriptions::{Pipeline, PipelineVariables};

    #[test]
    fn a_subscription_leaves_room_for_the_cursor() {
        let post_id = cynic::Id::new("p1");
        let operation = Pipeline::build(PipelineVariables { post_id, after: None });

        let request = request(&operation).unwrap();

        assert!(request["query"].as_str().unwrap().contains("after: $after"));
        assert_eq!(request["variables"]["postId"], "p1");
    }

    #[test]
    fn an_answer_without_data_is_no_frame() {
        let answer = r#"{"errors":[{"message":"no"}]}"#;

        assert_eq!(data::<Pipeline>(answer), None);
    }
}
