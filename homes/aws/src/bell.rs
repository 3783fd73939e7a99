//! What a worker's function is told: to look at something. It carries no state, may come twice, late or in
//! vain, and what is there decides.

use domain::AssetId;
use domain::stage::StageId;
use serde_json::{Value, json};
use store::keys;
use store::table::Key;

/// Where to look.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Bell {
    /// A stage may be due.
    Stage(StageId),
    /// Something of an image is in the bucket.
    Arrived(AssetId),
}

impl Bell {
    /// What is sent to ring for a stage.
    pub fn event(stage: &StageId) -> String {
        let Key { pk, sk } = keys::stage(stage);
        json!({ "pk": pk, "sk": sk }).to_string()
    }

    /// Reads what we send, or what EventBridge tells of an object that was created; `None` for anything
    /// else.
    pub fn read(event: &Value) -> Option<Bell> {
        if let (Some(pk), Some(sk)) = (event["pk"].as_str(), event["sk"].as_str()) {
            return keys::parse_stage(&Key::new(pk, sk)).map(Bell::Stage);
        }
        if event["detail-type"] != "Object Created" {
            return None;
        }
        let owner = event["detail"]["object"]["key"].as_str()?.split('/').next()?;
        AssetId::parse(owner).ok().map(Bell::Arrived)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use domain::PostId;
    use domain::stage::{StageKind, Subject};

    use super::*;

    const ID: &str = "01m8kkzmb7qs74erh8gb1qjsys";

    #[test]
    fn a_bell_is_read_as_it_was_sent() {
        let subject = Subject::Post(PostId::parse(ID).unwrap());
        let stage = StageId { subject, kind: StageKind::Summary };
        let event = serde_json::from_str(&Bell::event(&stage)).unwrap();
        assert_eq!(Bell::read(&event), Some(Bell::Stage(stage)));
    }

    #[test]
    fn an_object_tells_whose_it_is() {
        let event = |key: String| {
            json!({
                "version": "0", "source": "aws.s3", "detail-type": "Object Created",
                "detail": { "bucket": { "name": "blog" }, "object": { "key": key, "size": 5 } },
            })
        };
        let arrived = Bell::Arrived(AssetId::parse(ID).unwrap());
        assert_eq!(Bell::read(&event(format!("{ID}/ab12/cd34.png"))), Some(arrived));
        assert_eq!(Bell::read(&event("elsewhere/a.png".to_owned())), None);
    }

    #[test]
    fn what_nobody_of_us_sent_is_no_bell() {
        for event in [
            json!(null),
            json!({}),
            json!({ "pk": format!("P#{ID}"), "sk": "META" }),
            json!({ "pk": 1, "sk": "STAGE#SUMMARY" }),
            json!({ "detail-type": "Object Deleted", "detail": { "object": { "key": ID } } }),
        ] {
            assert_eq!(Bell::read(&event), None, "{event}");
        }
    }
}
