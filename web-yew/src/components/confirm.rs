//! Confirming held pipelines, as boards and overviews do.

use cynic::MutationBuilder;

use crate::browser;
use crate::graphql::client::ask;
use crate::graphql::mutations::{ConfirmStages, ConfirmStagesInput, ConfirmStagesVariables};
use crate::state::troubles::AT_ONCE;
use crate::strings::Strings;

/// Asks for as many at once as the server takes; how many go on, or why not all do.
pub(crate) async fn confirm(
    strings: &'static Strings,
    ids: Vec<cynic::Id>,
) -> Result<usize, String> {
    let mut n_due = 0;
    for stage_ids in ids.chunks(AT_ONCE) {
        let stage_ids = stage_ids.to_vec();
        let input = ConfirmStagesInput { stage_ids, idempotency_key: browser::random_key() };
        let answer = ask(ConfirmStages::build(ConfirmStagesVariables { input })).await;
        let answer = answer.map_err(|failure| strings.failure(&failure))?;
        let confirmed = answer.confirm_stages.into_result();
        let stages = confirmed.map_err(|refusal| strings.refusal(&refusal))?.stages;
        n_due += stages.iter().filter(|stage| !stage.held).count();
    }
    Ok(n_due)
}
