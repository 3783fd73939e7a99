//! Rounds: what no due time tells of is found by looking, now and then.

use domain::actions::{ActionError, LetHeldGo, ProbeStage};

use crate::jobs::Jobs;

/// Failed stages tried again in one round.
const LOOK: u32 = 50;

impl Jobs {
    /// Goes once round. What failed because something was not there is tried again when it is time; and what
    /// is held goes on when a month has begun, or a limit was raised. What fails is told, and left to the
    /// next round.
    pub async fn go_round(&self) {
        if let Err(error) = self.probe().await {
            tracing::warn!(error = %error, "failed stages were not tried again");
        }
        let let_go = LetHeldGo { posts: &*self.posts, clock: &*self.clock, ids: &*self.ids };
        match let_go.run().await {
            Ok(0) => {}
            Ok(stages) => tracing::info!(stages, "held stages go on: there is room"),
            Err(error) => tracing::warn!(error = %error, "it was not looked for room"),
        }
    }

    /// Makes failed stages due again whose time has come; the next round goes on with what are too many.
    ///
    /// # Errors
    /// A failure of a port.
    pub async fn probe(&self) -> Result<(), ActionError> {
        let action = ProbeStage { posts: &*self.posts, clock: &*self.clock, ids: &*self.ids };
        for id in self.posts.probes(self.clock.now(), LOOK).await? {
            action.run(&id).await?;
        }
        Ok(())
    }
}
