//! Which voices, where they put what they made, and as whom they are asked.

use aws_credential_types::Credentials;
use domain::text::Language;

/// Who speaks Korean, unless the owner chooses another.
pub const KOREAN_VOICE: &str = "Seoyeon";
/// Who speaks English.
pub const ENGLISH_VOICE: &str = "Joanna";

/// How Polly is reached. The caller says all of it: nothing is read from the environment.
#[derive(Clone, Debug)]
pub struct Config {
    /// Id of a neural voice that speaks Korean, e.g. [`KOREAN_VOICE`].
    pub korean: String,
    /// Id of a neural voice that speaks English, e.g. [`ENGLISH_VOICE`].
    pub english: String,
    /// The bucket in which Polly puts what it made, in the region of Polly.
    pub bucket: String,
    /// The topic that Polly tells, by its ARN.
    pub topic: String,
    /// The region that is asked, e.g. `ap-northeast-2`.
    pub region: String,
    /// As whom Polly is asked, and as whom it writes and tells: it takes `polly:StartSpeechSynthesisTask` and
    /// `polly:GetSpeechSynthesisTask`, `s3:PutObject`, `s3:GetObject` and `s3:DeleteObject` on
    /// [`FOLDER`](crate::FOLDER) with `s3:ListBucket` on the bucket, and `sns:Publish` to the topic.
    pub credentials: Credentials,
    /// Where Polly answers, if not at Amazon's own address of the region.
    pub endpoint: Option<String>,
    /// The same of S3.
    pub bucket_endpoint: Option<String>,
}

impl Config {
    /// Who speaks a language.
    pub(crate) fn voice(&self, language: Language) -> &str {
        match language {
            Language::Korean => &self.korean,
            Language::English => &self.english,
        }
    }
}
